import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import type { Person } from '#api';
import { HeaderBar } from '#web/components/header-bar.tsx';
import { Heading } from '#web/components/heading.tsx';
import { type Key, t } from '#web/locales/locales.ts';
import { useSignedIn } from '#web/session.ts';
import styles from './settings-frame.module.css';
import { SETTINGS } from './settings-navigation.ts';

type Props = {
  title: string;
  intro?: string;
  /** The page this one is a part of. */
  back?: { path: string; label: Key };
  /** Beside the heading: what is done most often here. */
  action?: ComponentChildren;
  children: (user: Person) => ComponentChildren;
};

/** What every page of the settings stands in: who is signed in, where else to go, and what this page is. */
export function SettingsFrame({ title, intro, back, action, children }: Props) {
  const user = useSignedIn();
  return (
    user && (
      <div class={styles.page}>
        <HeaderBar user={user} />
        <div class={styles.inside}>
          <Navigation user={user} />
          <main class={styles.main}>
            <div class={styles.top}>
              <div>
                {back && (
                  <a class={styles.back} href={back.path}>
                    {t(back.label)}
                  </a>
                )}
                <Heading>{title}</Heading>
                {intro && <p class={styles.intro}>{intro}</p>}
              </div>
              {action}
            </div>
            {children(user)}
          </main>
        </div>
      </div>
    )
  );
}

function Navigation({ user }: { user: Person }) {
  const { path } = useLocation();
  return (
    <nav class={styles.navigation} aria-label={t('settings.navigation')}>
      {SETTINGS.filter(({ forAdmins }) => user.isAdmin || !forAdmins).map(({ label, pages }) => (
        <section key={label} class={styles.part}>
          <h2>{t(label)}</h2>
          <ul>
            {pages.map((page) => (
              <li key={page.path}>
                <a href={page.path} aria-current={isWithin(page.path, path) ? 'page' : undefined}>
                  {t(page.label)}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

/** A page about one of several belongs to the page that lists them; the account's pages stand side by side. */
function isWithin(listed: string, path: string): boolean {
  return (
    path === listed || (listed.startsWith('/settings/admin/') && path.startsWith(`${listed}/`))
  );
}
