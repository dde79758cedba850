import type { OwnSession } from '#api';
import { endOtherSessions, endOwnSession, listOwnSessions } from '#web/api/account.ts';
import { Button } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { useLoaded, useTask } from '#web/task.ts';

export function Sessions() {
  const { value, problem, reload } = useLoaded(listOwnSessions);
  const task = useTask();
  const end = (work: () => Promise<void>) =>
    task.run(async () => {
      await work();
      reload();
    });
  const hasOthers = (value?.length ?? 0) > 1;

  return (
    <Section
      title={t('sessions.title')}
      text={t('sessions.text')}
      action={
        hasOthers && (
          <Button kind="plain" busy={task.busy.value} onClick={() => void end(endOtherSessions)}>
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      <ProblemNotice problem={problem ?? task.problem.value} />
      {value ? (
        <Rows>
          {value.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              onEnd={() => void end(() => endOwnSession(session.id))}
            />
          ))}
        </Rows>
      ) : (
        <Skeleton rows={['line', 'line']} />
      )}
    </Section>
  );
}

function SessionRow({ session, onEnd }: { session: OwnSession; onEnd: () => void }) {
  const { ip, method, authenticatedAt, isCurrent } = session;
  const device = session.device ?? t('sessions.unknown');
  return (
    <Row
      name={device}
      badges={isCurrent ? [t('sessions.this')] : []}
      facts={[
        t('sessions.since', { date: formatTime(authenticatedAt) }),
        ...(ip ? [t('sessions.from', { ip })] : []),
        ...(method === 'login_link' ? [t('sessions.byLink')] : []),
      ]}
      actions={
        !isCurrent && (
          <Button kind="quiet" label={t('sessions.endOf', { device })} onClick={onEnd}>
            {t('sessions.end')}
          </Button>
        )
      }
    />
  );
}
