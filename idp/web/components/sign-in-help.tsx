import { t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { LoginLinkForm } from './login-link-form.tsx';
import styles from './sign-in-help.module.css';

export function SignInHelp() {
  const { name, loginLinksByEmail } = currentSession().instance;
  return (
    <details class={styles.help}>
      <summary>{t('signIn.help')}</summary>
      <p>{t('signIn.helpPhone')}</p>
      {loginLinksByEmail ? <LoginLinkForm /> : <p>{t('signIn.helpLost', { name })}</p>}
    </details>
  );
}
