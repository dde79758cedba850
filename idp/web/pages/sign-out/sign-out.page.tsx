import { useSignal } from '@preact/signals';
import { Button, ButtonLink } from '#web/components/button.tsx';
import { SignedInAs } from '#web/components/signed-in-as.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import { instanceName, session } from '#web/session.ts';
import styles from './sign-out.module.css';

export type SignOutFacts = { action: string; xsrf: string; application: string | null };

/** Asked before an application may sign somebody out, because a link on any page can lead here. */
export function SignOutPage({ action, xsrf, application }: SignOutFacts) {
  const busy = useSignal(false);
  const user = session.value?.user;
  return (
    <Statement
      title={t('signOut.title', { name: instanceName.value })}
      text={application ? t('signOut.textFor', { application }) : t('signOut.text')}
      footer={user && <SignedInAs person={user} />}
    >
      {/* A real form: the answer leads to the application, and fetch may not follow it there. */}
      <form
        class={styles.form}
        method="post"
        action={action}
        onSubmit={(event) => {
          if (busy.value) {
            event.preventDefault();
          }
          busy.value = true;
        }}
      >
        <input type="hidden" name="xsrf" value={xsrf} />
        <input type="hidden" name="logout" value="yes" />
        <Button type="submit" busy={busy.value}>
          {t('signOut.button')}
        </Button>
        <ButtonLink kind="plain" href="/">
          {t('signOut.stay')}
        </ButtonLink>
      </form>
    </Statement>
  );
}
