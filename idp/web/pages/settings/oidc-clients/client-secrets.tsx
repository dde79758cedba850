import { useSignal } from '@preact/signals';
import type { ClientView, SecretView } from '#api';
import { getClient, revokeSecret } from '#web/api/clients.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import type { PartProps } from './client-section.tsx';
import { NewSecret } from './new-secret.tsx';

export function ClientSecrets({ client, onSaved }: PartProps) {
  const isOwned = isOwnedElsewhere(client.owner);
  const reload = async () => onSaved(await getClient(client.id));
  return (
    <Section
      title={t('clients.secrets')}
      text={t('clients.secretsText')}
      action={!isOwned && <NewSecret client={client} onMade={() => void reload()} />}
    >
      {client.secrets.length === 0 ? (
        <p>{t('clients.noSecrets')}</p>
      ) : (
        <Rows>
          {client.secrets.map((secret) => (
            <SecretRow key={secret.id} client={client} secret={secret} onRevoked={reload} />
          ))}
        </Rows>
      )}
    </Section>
  );
}

type RowProps = { client: ClientView; secret: SecretView; onRevoked: () => Promise<void> };

function SecretRow({ client, secret, onRevoked }: RowProps) {
  const isRevoking = useSignal(false);
  const date = formatTime(secret.createdAt);
  // What a resource made, it ends by itself; what was made here stays ours to end.
  const isTheirs = secret.source === 'declared' && isOwnedElsewhere(client.owner);
  return (
    <>
      <Row
        name={t('clients.secretOf', { date })}
        badges={secret.source === 'declared' ? [t('clients.secretDeclared')] : []}
        facts={[
          secret.expiresAt
            ? t('clients.secretEnds', { date: formatTime(secret.expiresAt) })
            : t('clients.secretEndless'),
        ]}
        actions={
          !isTheirs && (
            <Button
              kind="quiet"
              label={t('clients.revokeOf', { date })}
              onClick={() => {
                isRevoking.value = true;
              }}
            >
              {t('clients.revoke')}
            </Button>
          )
        }
      />
      {isRevoking.value && (
        <ConfirmDialog
          title={t('clients.revokeTitle', { date })}
          text={t('clients.revokeText', { name: client.name })}
          confirm={t('clients.revoke')}
          onConfirm={async () => {
            await revokeSecret(client.id, secret.id);
            await onRevoked();
          }}
          onClose={() => {
            isRevoking.value = false;
          }}
        />
      )}
    </>
  );
}
