import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import type { ClientView } from '#api';
import { clientPath, getClient } from '#web/api/clients.ts';
import { CopyAsYaml } from '#web/components/copy-as-yaml.tsx';
import { OwnedNotice } from '#web/components/owned-notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { ClientAccess } from './client-access.tsx';
import { ClientActivity } from './client-activity.tsx';
import { ClientAdvanced } from './client-advanced.tsx';
import { ClientConnect } from './client-connect.tsx';
import { ClientDetails } from './client-details.tsx';
import { ClientKeys } from './client-keys.tsx';
import { ClientPreview } from './client-preview.tsx';
import { ClientSecrets } from './client-secrets.tsx';
import type { PartProps } from './client-section.tsx';
import { ClientUrls } from './client-urls.tsx';
import { DeleteClient } from './delete-client.tsx';

export function OidcClientPage() {
  const { id = '' } = useRoute().params;
  const { value, problem } = useLoaded(() => getClient(id));
  // What saving answered is newer than what was loaded.
  const saved = useSignal<ClientView | null>(null);
  const client = saved.value ?? value;
  return (
    <SettingsFrame
      title={client?.name ?? t('clients.one')}
      {...(client && { intro: client.id })}
      back={BACK}
      action={client && <CopyAsYaml path={clientPath(id)} />}
    >
      {() => (
        <>
          <ProblemNotice problem={problem} />
          {client ? (
            <Parts
              client={client}
              onSaved={(changed) => {
                saved.value = changed;
              }}
            />
          ) : (
            !problem && <Skeleton rows={['line', 'control', 'control', 'control']} />
          )}
        </>
      )}
    </SettingsFrame>
  );
}

const BACK = { path: '/settings/admin/oidc-clients', label: 'clients.title' } as const;

function Parts(props: PartProps) {
  const { client } = props;
  return (
    <>
      <OwnedNotice owner={client.owner} />
      <ClientDetails {...props} />
      <ClientUrls {...props} />
      <ClientAccess {...props} />
      {client.type === 'confidential' && <ClientSecrets {...props} />}
      <ClientConnect client={client} />
      <ClientPreview client={client} />
      <ClientActivity client={client} />
      <ClientAdvanced {...props} />
      {client.type === 'confidential' && <ClientKeys {...props} />}
      {!isOwnedElsewhere(client.owner) && <DeleteClient client={client} />}
    </>
  );
}
