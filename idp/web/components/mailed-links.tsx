import type { MailedInvites } from '#api';
import { Button } from '#web/components/button.tsx';
import { formatDate, t } from '#web/locales/locales.ts';
import styles from './dialog.module.css';

type Props = { mailed: MailedInvites; onAnother: () => void; onClose: () => void };

export function MailedLinks({ mailed: { emails, expiresAt }, onAnother, onClose }: Props) {
  const date = formatDate(new Date(expiresAt));
  return (
    <div class={styles.body} role="status">
      <p>{t('invite.mailedText', { count: emails.length, date })}</p>
      <p>
        {t('invite.mailedWhere')} <a href="/settings/admin/invites">{t('invites.title')}</a>
      </p>
      <div class={styles.actions}>
        <Button kind="plain" onClick={onAnother}>
          {t('invite.another')}
        </Button>
        <Button onClick={onClose}>{t('common.close')}</Button>
      </div>
    </div>
  );
}
