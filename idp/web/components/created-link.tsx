import { useEffect, useId, useRef } from 'preact/hooks';
import type { CreatedInvite } from '#api';
import { Button } from '#web/components/button.tsx';
import { formatDate, t } from '#web/locales/locales.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './dialog.module.css';

type Props = { invite: CreatedInvite; onAnother: () => void; onClose: () => void };

export function CreatedLink({ invite, onAnother, onClose }: Props) {
  const id = useId();
  const link = useRef<HTMLInputElement>(null);

  // Selected at once: Ctrl+C works even where the clipboard may not be written to.
  useEffect(() => {
    link.current?.focus();
    link.current?.select();
  }, []);

  return (
    <div class={styles.body}>
      <p>{t('invite.doneText', { date: formatDate(new Date(invite.expiresAt)) })}</p>
      <div class={styles.link}>
        <label class="visually-hidden" for={id}>
          {t('invite.link')}
        </label>
        <input ref={link} id={id} readOnly value={invite.url} />
        <CopyButton text={invite.url} />
      </div>
      <div class={styles.actions}>
        <Button kind="plain" onClick={onAnother}>
          {t('invite.another')}
        </Button>
        <Button onClick={onClose}>{t('common.close')}</Button>
      </div>
    </div>
  );
}
