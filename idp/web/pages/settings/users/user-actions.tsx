import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import type { CreatedLoginLink, UserChange, UserView } from '#api';
import { createLoginLink, deleteUser } from '#web/api/users.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { LoginLinkDialog } from './login-link-dialog.tsx';
import styles from './users.module.css';

type Props = {
  user: UserView;
  isSelf: boolean;
  onChange: (change: UserChange) => Promise<void>;
  onLinkSent: () => void;
};

/** What an administrator may do to an account. To one's own only what cannot lock oneself out by a slip. */
export function UserActions({ user, isSelf, onChange, onLinkSent }: Props) {
  const { busy, problem, run } = useTask();
  const link = useSignal<CreatedLoginLink | null>(null);
  const isDeleting = useSignal(false);
  const change = (what: UserChange) => void run(() => onChange(what));
  const sendLink = () =>
    void run(async () => {
      link.value = await createLoginLink(user.id);
      // The mail that brings it is listed below.
      onLinkSent();
    });

  return (
    <>
      <ProblemNotice problem={problem.value} />
      <div class={styles.actions}>
        <Button kind="plain" busy={busy.value} disabled={user.disabled} onClick={sendLink}>
          {t('users.sendLink')}
        </Button>
        <Button kind="plain" onClick={() => change({ isAdmin: !user.isAdmin })}>
          {t(user.isAdmin ? 'users.demote' : 'users.promote')}
        </Button>
        {!isSelf && (
          <>
            <Button kind="plain" onClick={() => change({ disabled: !user.disabled })}>
              {t(user.disabled ? 'users.enable' : 'users.disable')}
            </Button>
            <Button
              kind="quiet"
              onClick={() => {
                isDeleting.value = true;
              }}
            >
              {t('users.delete')}
            </Button>
          </>
        )}
      </div>
      {link.value && (
        <LoginLinkDialog
          user={user}
          link={link.value}
          onClose={() => {
            link.value = null;
          }}
        />
      )}
      {isDeleting.value && (
        <DeleteDialog
          user={user}
          onClose={() => {
            isDeleting.value = false;
          }}
        />
      )}
    </>
  );
}

function DeleteDialog({ user, onClose }: { user: UserView; onClose: () => void }) {
  const { route } = useLocation();
  return (
    <ConfirmDialog
      title={t('users.deleteTitle', { name: user.displayName })}
      text={t('users.deleteText')}
      confirm={t('users.delete')}
      onConfirm={async () => {
        await deleteUser(user.id);
        route('/settings/admin/users');
      }}
      onClose={onClose}
    />
  );
}
