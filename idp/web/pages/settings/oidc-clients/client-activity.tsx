import type { AuditEventView, ClientView } from '#api';
import { listAuditLog } from '#web/api/audit-log.ts';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';

const SHOWN = 10;
const EVENTS = [
  'client_authorised',
  'authorisation_refused',
  'redirect_mismatch',
  'federated_credential_refused',
] as const;

/** Who came in of late, who did not and why, and what the application asked that is not registered. */
export function ClientActivity({ client }: { client: ClientView }) {
  const { value, problem } = useLoaded(() => readEvents(client.id));
  return (
    <Section title={t('clients.activity')} text={t('clients.activityText')}>
      <ProblemNotice problem={problem} />
      {value ? <Events events={value} /> : !problem && <Skeleton rows={['line', 'line']} />}
    </Section>
  );
}

async function readEvents(client: string): Promise<AuditEventView[]> {
  const pages = await Promise.all(
    EVENTS.map((event) => listAuditLog(true, { client, event }, null)),
  );
  return pages
    .flatMap(({ events }) => events)
    .toSorted((a, b) => (a.time < b.time ? 1 : -1))
    .slice(0, SHOWN);
}

function Events({ events }: { events: AuditEventView[] }) {
  if (events.length === 0) {
    return <p>{t('clients.noActivity')}</p>;
  }
  return (
    <Rows>
      {events.map((event) => (
        <Row
          key={event.id}
          name={t(`audit.event.${event.event}`)}
          facts={[
            formatTime(event.time),
            event.user?.username,
            event.ip,
            // Why, in the words that the person or the application was told.
            event.details.reason ?? event.details.redirectUri,
          ].flatMap((fact) => (typeof fact === 'string' ? [fact] : []))}
        />
      ))}
    </Rows>
  );
}
