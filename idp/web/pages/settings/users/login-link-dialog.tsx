import { useEffect, useRef } from 'preact/hooks';
import type { CreatedLoginLink, UserView } from '#api';
import { Button } from '#web/components/button.tsx';
import { CopyButton } from '#web/components/copy-button.tsx';
import styles from '#web/components/dialog.module.css';
import { formatTime, t } from '#web/locales/locales.ts';

type Props = { user: UserView; link: CreatedLoginLink; onClose: () => void };

/** The link is on its way by mail, or has to be handed over by hand. Shown this once. */
export function LoginLinkDialog({ user, link, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const values = {
    name: user.displayName,
    address: link.mailedTo ?? '',
    date: formatTime(link.expiresAt),
  };

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} class={styles.dialog} aria-labelledby="link-title" onClose={onClose}>
      <h2 id="link-title">{t('users.linkTitle', values)}</h2>
      <div class={styles.body}>
        <p>{t(link.mailedTo ? 'users.linkMailed' : 'users.linkByHand', values)}</p>
        <div class={styles.link}>
          <input
            readOnly
            aria-label={t('users.link')}
            value={link.url}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton text={link.url} />
        </div>
        <div class={styles.actions}>
          <Button onClick={() => dialog.current?.close()}>{t('common.close')}</Button>
        </div>
      </div>
    </dialog>
  );
}
