import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { UserSummary } from '#api';
import { listUsers } from '#web/api/users.ts';
import { Avatar } from '#web/components/avatar.tsx';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { InviteDialog } from '#web/components/invite-dialog.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';

const TYPING_MS = 250;

export function UsersPage() {
  return (
    <SettingsFrame
      title={t('users.title')}
      intro={t('users.intro')}
      action={currentSession().user?.isAdmin && <InviteDialog />}
    >
      {() => <Users />}
    </SettingsFrame>
  );
}

function Users() {
  const search = useSignal('');
  const users = useSignal<UserSummary[] | null>(null);
  const next = useSignal<string | null>(null);
  const { busy, problem, run } = useTask();
  const load = (after: string | null) =>
    run(async () => {
      const page = await listUsers(search.value, after);
      users.value = [...(after ? (users.value ?? []) : []), ...page.users];
      next.value = page.next;
    });

  useEffect(() => {
    // Waits for the end of a word instead of asking at every letter.
    const timer = setTimeout(() => void load(null), users.value ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [search.value]);

  return (
    <Section title={t('users.all')}>
      <Field
        label={t('users.search')}
        name="search"
        value={search.value}
        input={{ type: 'search', autocomplete: 'off', spellcheck: false }}
        onValue={(value) => {
          search.value = value;
        }}
      />
      <ProblemNotice problem={problem.value} />
      {users.value ? <List users={users.value} /> : <Skeleton rows={['line', 'line', 'line']} />}
      {next.value && (
        <Button kind="plain" busy={busy.value} onClick={() => void load(next.value)}>
          {t('common.more')}
        </Button>
      )}
    </Section>
  );
}

function List({ users }: { users: UserSummary[] }) {
  if (users.length === 0) {
    return <p>{t('users.none')}</p>;
  }
  return (
    <Rows>
      {users.map((user) => (
        <Row
          key={user.id}
          emblem={<Avatar person={user} />}
          name={<a href={`/settings/admin/users/${user.id}`}>{user.displayName}</a>}
          badges={[
            ...(user.isAdmin ? [t('menu.administrator')] : []),
            ...(user.disabled ? [t('users.disabled')] : []),
          ]}
          facts={[
            user.username,
            user.email,
            t('users.since', { date: formatTime(user.createdAt) }),
          ]}
        />
      ))}
    </Rows>
  );
}
