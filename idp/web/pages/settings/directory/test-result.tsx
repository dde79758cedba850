import type { LdapTestView } from '#api';
import { type Key, t } from '#web/locales/locales.ts';
import styles from './test-result.module.css';

/** Step by step what works, in the words of the directory where something does not. */
export function TestResult({ aspects }: LdapTestView) {
  return (
    <ul class={styles.result}>
      {aspects.map(({ type, status, message }) => (
        <li key={type} data-status={status}>
          <strong>{t(`ldap.tested.${type}.${status}` as Key)}</strong>
          {status !== 'Unknown' && <span>{message}</span>}
        </li>
      ))}
    </ul>
  );
}
