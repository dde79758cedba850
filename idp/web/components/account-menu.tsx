import type { Person } from '#api';
import { signOut } from '#web/api/session.ts';
import { Avatar } from '#web/components/avatar.tsx';
import { Button, ButtonLink } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { t } from '#web/locales/locales.ts';
import { currentSession, session } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import { chooseTheme, THEMES, theme } from '#web/theme.ts';
import styles from './account-menu.module.css';

const MENU = 'account-menu';

export function AccountMenu({ user }: { user: Person }) {
  const { displayName } = user;
  return (
    <>
      <button type="button" class={styles.opener} popovertarget={MENU}>
        <span class="visually-hidden">{t('menu.open')}</span>
        <Avatar person={user} />
        <span class={styles.name}>{displayName}</span>
      </button>
      <div id={MENU} popover="auto" class={styles.menu}>
        <p class={styles.person}>
          <strong>{displayName}</strong>
          <span>{user.email}</span>
          {user.isAdmin && <span class={styles.badge}>{t('menu.administrator')}</span>}
        </p>
        <ButtonLink kind="plain" href="/settings/account">
          {t('menu.settings')}
        </ButtonLink>
        <ThemeSwitch />
        <SignOut />
      </div>
    </>
  );
}

function ThemeSwitch() {
  return (
    <fieldset class={styles.themes}>
      <legend>{t('menu.theme')}</legend>
      <div class={styles.choices}>
        {THEMES.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name="theme"
              checked={theme.value === choice}
              onChange={() => chooseTheme(choice)}
            />
            {t(`menu.theme.${choice}`)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function SignOut() {
  const { busy, problem, run } = useTask();
  const leave = () =>
    run(async () => {
      await signOut();
      session.value = { ...currentSession(), user: null };
    });

  return (
    <>
      <ProblemNotice problem={problem.value} />
      <Button kind="plain" busy={busy.value} onClick={() => void leave()}>
        {t('menu.signOut')}
      </Button>
    </>
  );
}
