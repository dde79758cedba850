import type { Person } from '#api';
import { Wordmark } from '#web/components/wordmark.tsx';
import { AccountMenu } from './account-menu.tsx';
import styles from './header-bar.module.css';

export function HeaderBar({ user }: { user: Person }) {
  return (
    <header class={styles.header}>
      <div class={styles.inside}>
        <a class={styles.home} href="/">
          <Wordmark />
        </a>
        <AccountMenu user={user} />
      </div>
    </header>
  );
}
