import { useEffect, useId, useRef } from 'preact/hooks';
import { CopyButton } from './copy-button.tsx';
import styles from './dialog.module.css';

/** A value to take along now. Selected at once: Ctrl+C works even where the clipboard may not be written to. */
export function ToldOnce({ label, value }: { label: string; value: string }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  return (
    <div class={styles.link}>
      <label class="visually-hidden" for={id}>
        {label}
      </label>
      <input ref={input} id={id} readOnly value={value} />
      <CopyButton text={value} />
    </div>
  );
}
