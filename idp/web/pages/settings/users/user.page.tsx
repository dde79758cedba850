import { useRoute } from 'preact-iso';
import type { Person, UserView } from '#api';
import { endSession, getUser } from '#web/api/users.ts';
import { Button } from '#web/components/button.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { UserActions } from './user-actions.tsx';

export function UserPage() {
  const { id = '' } = useRoute().params;
  const { value, problem, reload } = useLoaded(() => getUser(id));
  return (
    <SettingsFrame title={value?.displayName ?? t('users.one')} back={BACK}>
      {(admin) => (
        <>
          <ProblemNotice problem={problem} />
          {value ? (
            <Details user={value} admin={admin} onChanged={reload} />
          ) : (
            <Skeleton rows={['line', 'line', 'line']} />
          )}
        </>
      )}
    </SettingsFrame>
  );
}

const BACK = { path: '/settings/admin/users', label: 'users.title' } as const;

type Props = { user: UserView; admin: Person; onChanged: () => void };

function Details({ user, admin, onChanged }: Props) {
  return (
    <>
      {user.disabled && <Notice>{t('users.disabledText', { name: user.displayName })}</Notice>}
      <Section title={t('users.account')}>
        <Rows>
          <Row name={user.username} facts={[t('details.username')]} />
          <Row
            name={user.email}
            badges={[t(user.emailVerified ? 'users.confirmed' : 'users.unconfirmed')]}
            facts={[t('details.email')]}
          />
          <Row
            name={
              user.groups.length > 0
                ? user.groups.map(({ displayName }) => displayName).join(', ')
                : t('users.noGroups')
            }
            facts={[t('users.groups')]}
          />
        </Rows>
        <UserActions user={user} isSelf={user.id === admin.id} onChanged={onChanged} />
      </Section>
      <Section title={t('passkeys.title')}>
        {user.passkeys.length === 0 && <p>{t('users.noPasskeys', { name: user.displayName })}</p>}
        <Rows>
          {user.passkeys.map(({ id, name, createdAt, lastUsedAt, synced }) => (
            <Row
              key={id}
              name={name}
              badges={[t(synced ? 'passkeys.synced' : 'passkeys.deviceOnly')]}
              facts={[
                t('passkeys.created', { date: formatTime(createdAt) }),
                lastUsedAt
                  ? t('passkeys.used', { date: formatTime(lastUsedAt) })
                  : t('passkeys.neverUsed'),
              ]}
            />
          ))}
        </Rows>
      </Section>
      <UserSessions user={user} onChanged={onChanged} />
    </>
  );
}

function UserSessions({ user, onChanged }: Omit<Props, 'admin'>) {
  const { problem, run } = useTask();
  const end = (session: string) =>
    run(async () => {
      await endSession(user.id, session);
      onChanged();
    });
  return (
    <Section title={t('users.sessions')}>
      <ProblemNotice problem={problem.value} />
      {user.sessions.length === 0 && <p>{t('users.noSessions', { name: user.displayName })}</p>}
      <Rows>
        {user.sessions.map(({ id, device, ip, authenticatedAt }) => (
          <Row
            key={id}
            name={device ?? t('sessions.unknown')}
            facts={[
              t('sessions.since', { date: formatTime(authenticatedAt) }),
              ...(ip ? [t('sessions.from', { ip })] : []),
            ]}
            actions={
              <Button
                kind="quiet"
                label={t('sessions.endOf', { device: device ?? t('sessions.unknown') })}
                onClick={() => void end(id)}
              >
                {t('sessions.end')}
              </Button>
            }
          />
        ))}
      </Rows>
    </Section>
  );
}
