import { useId } from 'preact/hooks';
import styles from './checkbox.module.css';

type Props = {
  label: string;
  name: string;
  checked: boolean;
  onValue: (checked: boolean) => void;
  hint?: string;
};

/** Yes or no. */
export function Checkbox({ label, name, checked, onValue, hint }: Props) {
  const id = useId();
  return (
    <div class={styles.checkbox}>
      <input
        id={id}
        type="checkbox"
        name={name}
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => onValue(currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint && <p id={`${id}-hint`}>{hint}</p>}
      </div>
    </div>
  );
}
