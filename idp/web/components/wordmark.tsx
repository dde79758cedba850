import { currentSession, instanceName, session } from '#web/session.ts';
import styles from './wordmark.module.css';

/** The logo of this installation, or the keyhole, and its name. */
export function Wordmark() {
  return (
    <span class={styles.wordmark}>
      {session.value ? <Logo /> : <Keyhole />}
      {instanceName}
    </span>
  );
}

/** One of two shows, by the theme; one alone shows in both. */
function Logo() {
  const { light, dark } = currentSession().instance.branding.logo;
  if (!light && !dark) {
    return <Keyhole />;
  }
  return (
    <>
      <img class={styles.light} src={light ?? dark ?? ''} alt="" />
      <img class={styles.dark} src={dark ?? light ?? ''} alt="" />
    </>
  );
}

function Keyhole() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M16 6.5a6 6 0 0 0-3.1 11.1L10.9 25a.7.7 0 0 0 .7.9h8.8a.7.7 0 0 0 .7-.9l-2-7.4A6 6 0 0 0 16 6.5Z"
        fill="var(--on-accent)"
      />
    </svg>
  );
}
