import { useSignal } from '@preact/signals';
import type { ClientSummary } from '#api';
import { listClients } from '#web/api/clients.ts';
import { Listed } from '#web/components/listed.tsx';
import { OwnerBadge } from '#web/components/owner-badge.tsx';
import { SearchField } from '#web/components/search-field.tsx';
import { Section } from '#web/components/section.tsx';
import { type Column, Table } from '#web/components/table.tsx';
import { useListing } from '#web/listing.ts';
import { t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { NewClient } from './new-client.tsx';

export function OidcClientsPage() {
  return (
    <SettingsFrame
      title={t('clients.title')}
      intro={t('clients.intro')}
      action={currentSession().user?.isAdmin && <NewClient />}
    >
      {() => <Clients />}
    </SettingsFrame>
  );
}

function Clients() {
  const search = useSignal('');
  const listing = useListing(search.value, async (after) => {
    const { clients, next } = await listClients(search.value, after);
    return { rows: clients, next };
  });
  return (
    <Section title={t('clients.all')}>
      <search>
        <SearchField
          label={t('clients.search')}
          value={search.value}
          onValue={(value) => {
            search.value = value;
          }}
        />
      </search>
      <Listed listing={listing} none={t(search.value ? 'clients.noneFits' : 'clients.none')}>
        {(clients) => (
          <Table
            caption={t('clients.title')}
            columns={columns()}
            rows={clients}
            keyOf={({ id }) => id}
          />
        )}
      </Listed>
    </Section>
  );
}

function columns(): Column<ClientSummary>[] {
  return [
    {
      label: t('clients.name'),
      cell: ({ id, name }) => (
        <a href={`/settings/admin/oidc-clients/${encodeURIComponent(id)}`}>{name}</a>
      ),
    },
    { label: t('clients.id'), cell: ({ id }) => <code>{id}</code> },
    { label: t('clients.access'), cell: nameAccess },
    { label: t('clients.owner'), cell: nameOwner },
  ];
}

function nameOwner({ owner }: ClientSummary) {
  return owner === 'admin' ? t('clients.ownerHere') : <OwnerBadge owner={owner} />;
}

function nameAccess({ accessMode, accessGroups }: ClientSummary): string {
  return accessMode === 'groups' ? accessGroups.join(', ') : t(`clients.access.${accessMode}`);
}
