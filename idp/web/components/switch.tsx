import styles from './switch.module.css';

type Props = { label: string; checked: boolean; onValue: (checked: boolean) => void };

/** Takes effect at once, unlike a checkbox in a form. */
export function Switch({ label, checked, onValue }: Props) {
  return (
    <label class={styles.switch}>
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        checked={checked}
        onChange={({ currentTarget }) => onValue(currentTarget.checked)}
      />
      {label}
    </label>
  );
}
