import type { ApiKeyView } from '#api';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { t } from '#web/locales/locales.ts';

type Props = {
  apiKey: ApiKeyView;
  revoke: (id: string) => Promise<void>;
  onRevoked: () => void;
  onClose: () => void;
};

export function RevokeDialog({ apiKey, revoke, onRevoked, onClose }: Props) {
  return (
    <ConfirmDialog
      title={t('apiKeys.revokeTitle', { name: apiKey.name })}
      text={t('apiKeys.revokeText')}
      confirm={t('apiKeys.revoke')}
      onConfirm={async () => {
        await revoke(apiKey.id);
        onRevoked();
      }}
      onClose={onClose}
    />
  );
}
