import type { AuditEventName } from '#api';
import type { AuditLogFilter } from '#web/api/audit-log.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { Select } from '#web/components/select.tsx';
import { keysUnder, t } from '#web/locales/locales.ts';
import styles from './audit-log.module.css';
import type { AuditLog } from './use-audit-log.ts';

type Props = { log: AuditLog; isAll: boolean };

export function Filters({ log, isAll }: Props) {
  const { filter, isFiltered } = log;
  const change = (changed: AuditLogFilter) => {
    filter.value = { ...filter.value, ...changed };
  };
  return (
    <search class={styles.filters}>
      <div class={styles.fields}>
        <Word log={log} name="text" label={t('audit.text')} />
        <Select
          label={t('audit.event')}
          name="event"
          value={filter.value.event ?? ''}
          options={[['', t('audit.anyEvent')], ...eventOptions()]}
          onValue={(event) => change({ event: event || undefined })}
        />
      </div>
      <details>
        <summary>{t('audit.moreFilters')}</summary>
        <div class={styles.fields}>
          {isAll && <Word log={log} name="user" label={t('details.username')} />}
          <Word log={log} name="client" label={t('audit.client')} />
          <Word log={log} name="ip" label={t('audit.ip')} />
          <Day log={log} name="from" label={t('audit.from')} />
          <Day log={log} name="to" label={t('audit.to')} />
        </div>
      </details>
      {isFiltered && (
        <div>
          <Button
            kind="quiet"
            onClick={() => {
              filter.value = {};
            }}
          >
            {t('audit.clear')}
          </Button>
        </div>
      )}
    </search>
  );
}

type FieldProps<Name> = { log: AuditLog; name: Name; label: string };

function Word({ log: { filter }, name, label }: FieldProps<'text' | 'user' | 'client' | 'ip'>) {
  return (
    <Field
      label={label}
      name={name}
      value={filter.value[name] ?? ''}
      input={{ type: 'search', autocomplete: 'off', spellcheck: false, maxLength: 64 }}
      onValue={(value) => {
        filter.value = { ...filter.value, [name]: value.trim() || undefined };
      }}
    />
  );
}

function Day({ log: { filter }, name, label }: FieldProps<'from' | 'to'>) {
  return (
    <Field
      label={label}
      name={name}
      value={filter.value[name] ?? ''}
      input={{ type: 'date' }}
      onValue={(value) => {
        filter.value = { ...filter.value, [name]: value || undefined };
      }}
    />
  );
}

function eventOptions(): [AuditEventName, string][] {
  return keysUnder('audit.event.')
    .map((key): [AuditEventName, string] => [
      key.slice('audit.event.'.length) as AuditEventName,
      t(key),
    ])
    .sort(([, a], [, b]) => a.localeCompare(b));
}
