import { useId } from 'preact/hooks';
import styles from './field.module.css';

type Props<Value extends string> = {
  label: string;
  name: string;
  value: Value;
  options: readonly (readonly [value: Value, label: string])[];
  onValue: (value: Value) => void;
  hint?: string;
};

/** One of a few. The browser's own control: every phone knows how to show it. */
export function Select<Value extends string>(props: Props<Value>) {
  const { label, name, value, options, onValue, hint } = props;
  const id = useId();
  return (
    <div class={styles.field}>
      <label for={id}>{label}</label>
      <select
        id={id}
        name={name}
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => {
          const chosen = options.find(([one]) => one === currentTarget.value);
          if (chosen) {
            onValue(chosen[0]);
          }
        }}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} class={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
