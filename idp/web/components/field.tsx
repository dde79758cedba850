import { useSignal } from '@preact/signals';
import type { InputHTMLAttributes } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import styles from './field.module.css';

type Props = {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string | undefined;
  note?: string | undefined;
  /** What the server says about this input. */
  error?: string | undefined;
  input?: InputHTMLAttributes;
};

/** A labelled input whose mistakes are told beside it, whether the browser or the server found them. */
export function Field({ label, name, value, onValue, hint, note, error, input }: Props) {
  const id = useId();
  const { ref, found, onInvalid } = useBrowserCheck(error);
  const message = error ?? found.value;
  const described = [hint && `${id}-hint`, message && `${id}-error`].filter(Boolean).join(' ');

  return (
    <div class={styles.field}>
      <label for={id}>
        {label} {note && <span class={styles.note}>{note}</span>}
      </label>
      <input
        {...input}
        ref={ref}
        id={id}
        name={name}
        value={value}
        aria-invalid={message ? 'true' : undefined}
        aria-describedby={described || undefined}
        onInvalid={onInvalid}
        onInput={(event) => {
          found.value = undefined;
          onValue(event.currentTarget.value);
        }}
      />
      {hint && (
        <p id={`${id}-hint`} class={styles.hint}>
          {hint}
        </p>
      )}
      {message && (
        <p id={`${id}-error`} class={styles.error}>
          {message}
        </p>
      )}
    </div>
  );
}

/** The browser's own sentence, beside the input instead of in a bubble; the first mistake gets the focus. */
function useBrowserCheck(error: string | undefined) {
  const ref = useRef<HTMLInputElement>(null);
  const found = useSignal<string | undefined>(undefined);

  useEffect(() => {
    if (error) {
      ref.current?.focus();
    }
  }, [error]);

  const onInvalid = (event: Event) => {
    event.preventDefault();
    found.value = ref.current?.validationMessage;
    if (ref.current?.form?.querySelector('input:invalid') === ref.current) {
      ref.current?.focus();
    }
  };
  return { ref, found, onInvalid };
}
