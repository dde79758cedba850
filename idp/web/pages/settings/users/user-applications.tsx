import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import type { AccessView, UserView } from '#api';
import { listAccess } from '#web/api/users.ts';
import filters from '#web/components/filters.module.css';
import { Listed } from '#web/components/listed.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { SearchField } from '#web/components/search-field.tsx';
import { Section } from '#web/components/section.tsx';
import { Select } from '#web/components/select.tsx';
import { useListing } from '#web/listing.ts';
import { t } from '#web/locales/locales.ts';

type Shown = 'open' | 'closed' | 'all';
const MAY_OPEN = { open: true, closed: false, all: null } as const;

/** What the person may open and why, and what not and why not. */
export function UserApplications({ user }: { user: UserView }) {
  // Who asks why somebody was refused comes with the application in question.
  const search = useSignal(useLocation().query.application ?? '');
  const shown = useSignal<Shown>('all');
  // Groups and disabling decide, and change on this page.
  const groups = user.groups.map(({ id }) => id).join();
  const question = `${shown.value} ${user.disabled} ${groups} ${search.value}`;
  const listing = useListing(question, async (after) => {
    const asked = { search: search.value, mayOpen: MAY_OPEN[shown.value] };
    const { applications, next } = await listAccess(user.id, asked, after);
    return { rows: applications, next };
  });
  return (
    <Section title={t('userAccess.title')} text={t('userAccess.text')}>
      <search class={filters.filters}>
        <SearchField
          label={t('userAccess.search')}
          value={search.value}
          onValue={(value) => {
            search.value = value;
          }}
        />
        <Select
          label={t('users.shown')}
          name="mayOpen"
          value={shown.value}
          options={[
            ['all', t('userAccess.all')],
            ['open', t('userAccess.open')],
            ['closed', t('userAccess.closed')],
          ]}
          onValue={(value) => {
            shown.value = value;
          }}
        />
      </search>
      <Listed listing={listing} none={t('userAccess.none')}>
        {(applications) => (
          <Rows>
            {applications.map((access) => (
              <Access key={access.client.id} access={access} />
            ))}
          </Rows>
        )}
      </Listed>
    </Section>
  );
}

function Access({ access }: { access: AccessView }) {
  const { client, mayOpen } = access;
  return (
    <Row
      name={
        <a href={`/settings/admin/oidc-clients/${encodeURIComponent(client.id)}`}>{client.name}</a>
      }
      badges={[t(mayOpen ? 'userAccess.may' : 'userAccess.mayNot')]}
      facts={reasonsOf(access)}
    />
  );
}

function reasonsOf({ reason, accessGroups, through, missingGroups }: AccessView): string[] {
  const groups = (reason === 'in_groups' ? through : accessGroups).join(', ');
  const why = t(`userAccess.reason.${reason}`, { groups });
  return missingGroups.length > 0 && reason === 'not_in_groups'
    ? [why, t('userAccess.missing', { groups: missingGroups.join(', ') })]
    : [why];
}
