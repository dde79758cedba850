import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ApiKeyInput, ApiKeyView } from '#api';
import { createApiKey, renewApiKey } from '#web/api/api-keys.ts';
import { Button } from '#web/components/button.tsx';
import dialogStyles from '#web/components/dialog.module.css';
import { withFreshPasskey } from '#web/components/step-up.ts';
import { ToldOnce } from '#web/components/told-once.tsx';
import { endOf } from '#web/days.ts';
import { t } from '#web/locales/locales.ts';
import { type Draft, IssueForm } from './issue-form.tsx';

type Props = {
  /** The key that gets another value; null for a new one. */
  renewed: ApiKeyView | null;
  onIssued: () => void;
  onClose: () => void;
};

/** Makes a key, or gives it another value, and tells it once. Open for as long as it is drawn. */
export function IssueDialog({ renewed, onIssued, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const issued = useSignal<string | null>(null);
  const close = () => dialog.current?.close();
  useEffect(() => dialog.current?.showModal(), []);

  const issue = async (draft: Draft) => {
    const { key } = await withFreshPasskey(() => send(renewed, draft));
    issued.value = key;
    onIssued();
  };

  return (
    <dialog
      ref={dialog}
      class={dialogStyles.dialog}
      aria-labelledby="issue-title"
      onClose={onClose}
    >
      <h2 id="issue-title">{titleOf(renewed, issued.value !== null)}</h2>
      {issued.value === null ? (
        <IssueForm renewed={renewed} onCancel={close} onIssue={issue} />
      ) : (
        <div class={dialogStyles.body}>
          <p>{t('apiKeys.doneText')}</p>
          <ToldOnce label={t('apiKeys.key')} value={issued.value} />
          <div class={dialogStyles.actions}>
            <Button onClick={close}>{t('common.close')}</Button>
          </div>
        </div>
      )}
    </dialog>
  );
}

function send(renewed: ApiKeyView | null, { name, scope, expiresOn }: Draft) {
  const expiresAt = expiresOn === '' ? null : endOf(expiresOn);
  const input: ApiKeyInput = { name, scope, expiresAt };
  return renewed ? renewApiKey(renewed.id, { expiresAt }) : createApiKey(input);
}

function titleOf(renewed: ApiKeyView | null, isDone: boolean): string {
  if (isDone) {
    return t('apiKeys.done');
  }
  return renewed ? t('apiKeys.renewTitle', { name: renewed.name }) : t('apiKeys.newTitle');
}
