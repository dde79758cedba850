import { useSignal } from '@preact/signals';
import type { GroupSummary } from '#api';
import { type GroupSort, listGroups } from '#web/api/groups.ts';
import filters from '#web/components/filters.module.css';
import { Listed } from '#web/components/listed.tsx';
import { OwnerBadge } from '#web/components/owner-badge.tsx';
import { SearchField } from '#web/components/search-field.tsx';
import { Section } from '#web/components/section.tsx';
import { Select } from '#web/components/select.tsx';
import { type Column, Table } from '#web/components/table.tsx';
import { useListing } from '#web/listing.ts';
import { t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import styles from './groups.module.css';
import { NewGroup } from './new-group.tsx';

export function GroupsPage() {
  return (
    <SettingsFrame
      title={t('userGroups.title')}
      intro={t('userGroups.intro')}
      action={currentSession().user?.isAdmin && <NewGroup />}
    >
      {() => <Groups />}
    </SettingsFrame>
  );
}

function Groups() {
  const search = useSignal('');
  const sort = useSignal<GroupSort>('displayName');
  const listing = useListing(`${sort.value} ${search.value}`, async (after) => {
    const { groups, next } = await listGroups(search.value, sort.value, after);
    return { rows: groups, next };
  });
  return (
    <Section title={t('userGroups.all')}>
      <search class={filters.filters}>
        <SearchField
          label={t('userGroups.search')}
          value={search.value}
          onValue={(value) => {
            search.value = value;
          }}
        />
        <Select
          label={t('common.sort')}
          name="sort"
          value={sort.value}
          options={[
            ['displayName', t('userGroups.sort.displayName')],
            ['name', t('userGroups.sort.name')],
            ['-members', t('userGroups.sort.members')],
          ]}
          onValue={(value) => {
            sort.value = value;
          }}
        />
      </search>
      <Listed listing={listing} none={t(search.value ? 'userGroups.noneFits' : 'userGroups.none')}>
        {(groups) => (
          <Table
            caption={t('userGroups.title')}
            columns={columns()}
            rows={groups}
            keyOf={({ id }) => id}
          />
        )}
      </Listed>
    </Section>
  );
}

function columns(): Column<GroupSummary>[] {
  return [
    {
      label: t('userGroups.group'),
      cell: ({ id, displayName, owner }) => (
        <span class={styles.name}>
          <a href={`/settings/admin/user-groups/${id}`}>{displayName}</a>
          <OwnerBadge owner={owner} />
        </span>
      ),
    },
    { label: t('userGroups.name'), cell: ({ name }) => <code>{name}</code> },
    { label: t('userGroups.members'), cell: ({ memberCount }) => String(memberCount) },
  ];
}
