import type { CreatedInvite } from '#api';
import { Button } from '#web/components/button.tsx';
import { formatDate, t } from '#web/locales/locales.ts';
import styles from './dialog.module.css';
import { ToldOnce } from './told-once.tsx';

type Props = { invite: CreatedInvite; onAnother: () => void; onClose: () => void };

export function CreatedLink({ invite, onAnother, onClose }: Props) {
  return (
    <div class={styles.body}>
      <p>{t('invite.doneText', { date: formatDate(new Date(invite.expiresAt)) })}</p>
      <ToldOnce label={t('invite.link')} value={invite.url} />
      <div class={styles.actions}>
        <Button kind="plain" onClick={onAnother}>
          {t('invite.another')}
        </Button>
        <Button onClick={onClose}>{t('common.close')}</Button>
      </div>
    </div>
  );
}
