import { useSignal } from '@preact/signals';
import type { UserSummary } from '#api';
import { listUsers, type UserSort } from '#web/api/users.ts';
import { Avatar } from '#web/components/avatar.tsx';
import filters from '#web/components/filters.module.css';
import { InviteDialog } from '#web/components/invite-dialog.tsx';
import { Listed } from '#web/components/listed.tsx';
import { OwnerBadge } from '#web/components/owner-badge.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { SearchField } from '#web/components/search-field.tsx';
import { Section } from '#web/components/section.tsx';
import { Select } from '#web/components/select.tsx';
import { useListing } from '#web/listing.ts';
import { formatTime, t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { SettingsFrame } from '../settings-frame.tsx';

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

/** Which accounts are shown. */
const SHOWN = {
  all: {},
  active: { disabled: false },
  disabled: { disabled: true },
  admins: { isAdmin: true },
} as const;
type Shown = keyof typeof SHOWN;

function Users() {
  const search = useSignal('');
  const sort = useSignal<UserSort>('displayName');
  const shown = useSignal<Shown>('all');
  const listing = useListing(`${sort.value} ${shown.value} ${search.value}`, async (after) => {
    const filter = { sort: sort.value, ...SHOWN[shown.value] };
    const { users, next } = await listUsers(search.value, after, filter);
    return { rows: users, next };
  });
  return (
    <Section title={t('users.all')}>
      <search class={filters.filters}>
        <SearchField
          label={t('users.search')}
          value={search.value}
          onValue={(value) => {
            search.value = value;
          }}
        />
        <Select
          label={t('users.shown')}
          name="shown"
          value={shown.value}
          options={shownOptions()}
          onValue={(value) => {
            shown.value = value;
          }}
        />
        <Select
          label={t('common.sort')}
          name="sort"
          value={sort.value}
          options={sortOptions()}
          onValue={(value) => {
            sort.value = value;
          }}
        />
      </search>
      <Listed listing={listing} none={t('users.none')}>
        {(users) => <List users={users} />}
      </Listed>
    </Section>
  );
}

function shownOptions(): [Shown, string][] {
  return [
    ['all', t('users.shown.all')],
    ['active', t('users.shown.active')],
    ['disabled', t('users.shown.disabled')],
    ['admins', t('users.shown.admins')],
  ];
}

function sortOptions(): [UserSort, string][] {
  return [
    ['displayName', t('details.name')],
    ['username', t('details.username')],
    ['-createdAt', t('users.sort.newest')],
  ];
}

function List({ users }: { users: UserSummary[] }) {
  return (
    <Rows>
      {users.map((user) => (
        <Row
          key={user.id}
          emblem={<Avatar person={user} />}
          name={
            <>
              <a href={`/settings/admin/users/${user.id}`}>{user.displayName}</a>
              <OwnerBadge owner={user.owner} />
            </>
          }
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
