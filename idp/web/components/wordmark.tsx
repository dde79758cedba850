import { instanceName } from '#web/session.ts';
import styles from './wordmark.module.css';

/** The keyhole and the name of this installation. */
export function Wordmark() {
  return (
    <span class={styles.wordmark}>
      <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="var(--accent)" />
        <path
          d="M16 6.5a6 6 0 0 0-3.1 11.1L10.9 25a.7.7 0 0 0 .7.9h8.8a.7.7 0 0 0 .7-.9l-2-7.4A6 6 0 0 0 16 6.5Z"
          fill="var(--on-accent)"
        />
      </svg>
      {instanceName}
    </span>
  );
}
