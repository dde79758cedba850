import type { UserView } from '#api';
import { endSession } from '#web/api/users.ts';
import { Button } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';

type Props = { user: UserView; onChanged: () => void };

/** What lets the person in. */
export function UserPasskeys({ user }: Pick<Props, 'user'>) {
  return (
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
  );
}

/** Where the person is. */
export function UserSessions({ user, onChanged }: Props) {
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
