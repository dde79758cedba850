import { useId } from 'preact/hooks';
import styles from './field.module.css';

type Props = {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  note?: string;
  /** What the server says about it. */
  error?: string | undefined;
  rows?: number;
};

/** Several lines of text. */
export function TextArea({ label, name, value, onValue, hint, note, error, rows = 3 }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class={styles.field}>
      <label for={id}>
        {label} {note && <span class={styles.note}>{note}</span>}
      </label>
      <textarea
        id={id}
        name={name}
        value={value}
        rows={rows}
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described || undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {hint && (
        <p id={`${id}-hint`} class={styles.hint}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} class={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}
