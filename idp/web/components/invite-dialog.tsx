import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { CreatedInvite } from '#api';
import { Button } from '#web/components/button.tsx';
import { t } from '#web/locales/locales.ts';
import { CreatedLink } from './created-link.tsx';
import styles from './dialog.module.css';
import { InviteForm } from './invite-form.tsx';

/** The button, and the window it opens. */
export function InviteDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const created = useSignal<CreatedInvite | null>(null);
  const close = () => dialog.current?.close();
  const restart = () => {
    created.value = null;
  };

  return (
    <>
      <Button kind="plain" onClick={() => dialog.current?.showModal()}>
        {t('invite.open')}
      </Button>
      <dialog ref={dialog} class={styles.dialog} aria-labelledby="invite-title" onClose={restart}>
        <h2 id="invite-title">{created.value ? t('invite.done') : t('invite.title')}</h2>
        {created.value ? (
          <CreatedLink invite={created.value} onAnother={restart} onClose={close} />
        ) : (
          <InviteForm
            onCancel={close}
            onCreated={(invite) => {
              created.value = invite;
            }}
          />
        )}
      </dialog>
    </>
  );
}
