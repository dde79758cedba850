import type { AuditEventView } from '#api';
import { type Column, Table } from '#web/components/table.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { accessPath } from '#web/pages/access-path.ts';
import { currentSession } from '#web/session.ts';
import styles from './audit-log.module.css';
import { nameDetail, nameReference, tell } from './event-words.ts';

export function EventTable({ events }: { events: AuditEventView[] }) {
  return (
    <Table
      caption={t('audit.title')}
      columns={columns()}
      rows={events}
      keyOf={({ id }) => id}
      details={{ of: (event) => <Details event={event} />, nameOf: describe }}
    />
  );
}

function columns(): Column<AuditEventView>[] {
  return [
    {
      label: t('audit.event'),
      cell: (event) => <span class={styles.event}>{tell(event)}</span>,
    },
    {
      label: t('audit.when'),
      cell: ({ time }) => (
        <time dateTime={time} class={styles.time}>
          {formatTime(time)}
        </time>
      ),
    },
  ];
}

function describe({ event, time }: AuditEventView): string {
  return `${t(`audit.event.${event}`)}, ${formatTime(time)}`;
}

function Details({ event }: { event: AuditEventView }) {
  const { user, target, ip, device, requestId, time } = event;
  const facts: [string, string | null | undefined][] = [
    [t('audit.time'), time],
    [t('audit.user'), user && (user.username ?? user.id)],
    [t('audit.target'), target && nameReference(target)],
    [t('audit.ip'), ip],
    [t('audit.device'), device],
    [t('audit.requestId'), requestId],
    ...(Object.entries(event.details) as [keyof AuditEventView['details'], unknown][]).map(
      ([name, value]): [string, string] => [t(`audit.detail.${name}`), nameDetail(name, value)],
    ),
  ];
  const refused = event.event === 'authorisation_refused' && user && target;
  return (
    <>
      <dl class={styles.facts}>
        {facts
          .filter(([, value]) => value !== null && value !== undefined && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {refused && currentSession().user?.isAdmin && (
        <a href={accessPath(user.id, target.id)}>{t('access.why')}</a>
      )}
    </>
  );
}
