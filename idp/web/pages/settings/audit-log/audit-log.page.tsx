import { useSignal } from '@preact/signals';
import type { Person } from '#api';
import { auditExportPath } from '#web/api/audit-log.ts';
import { Button, ButtonLink } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { Switch } from '#web/components/switch.tsx';
import { t } from '#web/locales/locales.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import styles from './audit-log.module.css';
import { EventTable } from './event-table.tsx';
import { Filters } from './filters.tsx';
import { type AuditLog, useAuditLog } from './use-audit-log.ts';

export function AuditLogPage() {
  return (
    <SettingsFrame title={t('audit.title')} intro={t('audit.intro')}>
      {(user) => <Log user={user} />}
    </SettingsFrame>
  );
}

function Log({ user }: { user: Person }) {
  const isAll = useSignal(false);
  const log = useAuditLog(isAll);
  return (
    <Section
      title={t(isAll.value ? 'audit.all' : 'audit.own')}
      text={t(isAll.value ? 'audit.allText' : 'audit.ownText')}
      action={
        user.isAdmin && (
          <Switch
            label={t('audit.allUsers')}
            checked={isAll.value}
            onValue={(value) => {
              isAll.value = value;
            }}
          />
        )
      }
    >
      <Filters log={log} isAll={isAll.value} />
      <ProblemNotice problem={log.problem.value} />
      <Events log={log} />
      <div class={styles.below}>
        {log.next.value && (
          <Button kind="plain" busy={log.busy.value} onClick={log.more}>
            {t('common.more')}
          </Button>
        )}
        <Exports log={log} isAll={isAll.value} />
      </div>
    </Section>
  );
}

function Events({ log }: { log: AuditLog }) {
  const { events, isFiltered } = log;
  if (!events.value) {
    return <Skeleton rows={['line', 'line', 'line', 'line']} />;
  }
  if (events.value.length === 0) {
    return <p class={styles.none}>{t(isFiltered ? 'audit.noneFit' : 'audit.none')}</p>;
  }
  return <EventTable events={events.value} />;
}

function Exports({ log, isAll }: { log: AuditLog; isAll: boolean }) {
  return (
    <div class={styles.exports}>
      <p>{t('audit.exportText')}</p>
      {(['csv', 'json'] as const).map((format) => (
        <ButtonLink
          key={format}
          kind="plain"
          href={auditExportPath(isAll, log.filter.value, format)}
          download={`audit-log.${format}`}
        >
          {t('audit.export', { format: format.toUpperCase() })}
        </ButtonLink>
      ))}
    </div>
  );
}
