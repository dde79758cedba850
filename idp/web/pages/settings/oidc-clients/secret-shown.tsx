import type { CreatedSecret } from '#api';
import { Button } from '#web/components/button.tsx';
import { CopyButton } from '#web/components/copy-button.tsx';
import dialog from '#web/components/dialog.module.css';
import { t } from '#web/locales/locales.ts';

type Props = { clientId: string; secret: CreatedSecret; onClose: () => void };

/** Told this once. */
export function SecretShown({ clientId, secret, onClose }: Props) {
  return (
    <div class={dialog.body}>
      <p>{t('clients.secretText')}</p>
      <Shown label={t('clients.id')} value={clientId} />
      <Shown label={t('clients.secret')} value={secret.value} />
      <div class={dialog.actions}>
        <Button onClick={onClose}>{t('clients.secretKept')}</Button>
      </div>
    </div>
  );
}

function Shown({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <p>{label}</p>
      <div class={dialog.link}>
        <input
          readOnly
          aria-label={label}
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={value} />
      </div>
    </div>
  );
}
