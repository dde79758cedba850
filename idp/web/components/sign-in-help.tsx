import { t } from '#web/locales/locales.ts';
import { instanceName } from '#web/session.ts';
import styles from './sign-in-help.module.css';

export function SignInHelp() {
  return (
    <details class={styles.help}>
      <summary>{t('signIn.help')}</summary>
      <p>{t('signIn.helpPhone')}</p>
      <p>{t('signIn.helpLost', { name: instanceName.value })}</p>
    </details>
  );
}
