import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import type { ClientView } from '#api';
import { deleteClient } from '#web/api/clients.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { Section } from '#web/components/section.tsx';
import { t } from '#web/locales/locales.ts';

export function DeleteClient({ client }: { client: ClientView }) {
  const isAsking = useSignal(false);
  const { route } = useLocation();
  return (
    <Section title={t('clients.delete')} text={t('clients.deleteText')}>
      <div>
        <Button
          kind="danger"
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {t('clients.delete')}
        </Button>
      </div>
      {isAsking.value && (
        <ConfirmDialog
          title={t('clients.deleteTitle', { name: client.name })}
          text={t('clients.deleteText')}
          confirm={t('clients.delete')}
          onConfirm={async () => {
            await deleteClient(client.id);
            route('/settings/admin/oidc-clients');
          }}
          onClose={() => {
            isAsking.value = false;
          }}
        />
      )}
    </Section>
  );
}
