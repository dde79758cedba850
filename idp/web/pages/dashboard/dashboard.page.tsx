import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { Person } from '#api';
import { listApplications } from '#web/api/session.ts';
import { HeaderBar } from '#web/components/header-bar.tsx';
import { Heading } from '#web/components/heading.tsx';
import { InviteDialog } from '#web/components/invite-dialog.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { currentSession, loadSession } from '#web/session.ts';
import { useLoaded } from '#web/task.ts';
import { ApplicationTile } from './application-tile.tsx';
import styles from './dashboard.module.css';
import { EmptyState } from './empty-state.tsx';

export function DashboardPage() {
  const { user, setUpOpen } = currentSession();
  const { route } = useLocation();

  useEffect(() => {
    if (!user) {
      route(setUpOpen ? '/setup' : '/login', true);
    }
  }, [user, setUpOpen, route]);

  return user && <Dashboard user={user} />;
}

function Dashboard({ user }: { user: Person }) {
  return (
    <div class={styles.page}>
      <HeaderBar user={user} />
      <main class={styles.main}>
        <div class={styles.top}>
          <Heading>{t('dashboard.title')}</Heading>
          {user.isAdmin && <InviteDialog />}
        </div>
        <Applications isAdmin={user.isAdmin} />
      </main>
    </div>
  );
}

function Applications({ isAdmin }: { isAdmin: boolean }) {
  const { value, problem } = useLoaded(listApplications);

  // A session that ended elsewhere shows here first.
  useEffect(() => {
    if (problem?.status === 401) {
      void loadSession();
    }
  }, [problem]);

  if (problem) {
    return <ProblemNotice problem={problem} />;
  }
  if (!value) {
    return <Skeleton rows={['line', 'tile', 'tile']} />;
  }
  if (value.length === 0) {
    return <EmptyState isAdmin={isAdmin} />;
  }
  return (
    <>
      <p class={styles.count}>{t('dashboard.count', { count: value.length })}</p>
      <ul class={styles.tiles}>
        {value.map((application) => (
          <li key={application.id}>
            <ApplicationTile application={application} />
          </li>
        ))}
      </ul>
    </>
  );
}
