import type { ResourceView } from '#api';
import { type Column, Table } from '#web/components/table.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import styles from './resources.module.css';

export function ResourceTable({ resources }: { resources: ResourceView[] }) {
  return (
    <Table
      caption={t('resources.title')}
      columns={columns()}
      rows={resources}
      keyOf={({ kind, namespace, name }) => `${kind}/${namespace}/${name}`}
    />
  );
}

function columns(): Column<ResourceView>[] {
  return [
    {
      label: t('resources.resource'),
      cell: ({ kind, namespace, name }) => (
        <span class={styles.name}>
          {name}
          <span class={styles.soft}>{`${kind} · ${namespace}`}</span>
        </span>
      ),
    },
    { label: t('resources.state'), cell: (resource) => <Verdict resource={resource} /> },
    { label: t('resources.declares'), cell: ({ declares }) => <Declared declares={declares} /> },
    {
      label: t('resources.since'),
      cell: ({ since }) => <time dateTime={since}>{formatTime(since)}</time>,
    },
  ];
}

function Verdict({ resource }: { resource: ResourceView }) {
  const { ready, reason, message } = resource;
  return (
    <div class={styles.verdict}>
      <span class={styles.state} data-ready={ready}>
        {ready ? t('resources.ready') : t('resources.notReady', { reason })}
      </span>
      <span class={styles.soft}>{message}</span>
    </div>
  );
}

/** The page on which the row stands that a resource declares. */
const PAGES: Record<string, string> = {
  smtp: '/settings/admin/application-configuration/email',
  ldap: '/settings/admin/application-configuration/ldap',
};

function Declared({ declares }: Pick<ResourceView, 'declares'>) {
  if (!declares) {
    return <span class={styles.soft}>{t('resources.nothing')}</span>;
  }
  const { noun, id } = declares;
  const words = t(`resources.${noun}`, { id });
  const path = {
    client: `/settings/admin/oidc-clients/${encodeURIComponent(id)}`,
    group: `/settings/admin/user-groups/${encodeURIComponent(id)}`,
    settings: PAGES[id],
  }[noun];
  return path ? <a href={path}>{words}</a> : words;
}
