import { useSignal } from '@preact/signals';
import type { AuthenticationResponseJSON } from '@simplewebauthn/browser';
import type { SessionView } from '#api';
import { getSignInOptions, signIn } from '#web/api/session.ts';
import { t } from '#web/locales/locales.ts';
import { askForPasskey, findPasskeyTrouble } from '#web/passkey.ts';
import { useTask } from '#web/task.ts';
import { Button } from './button.tsx';
import { useAutofill } from './passkey-autofill.ts';
import { PasskeyIcon } from './passkey-icon.tsx';
import styles from './passkey-sign-in.module.css';
import { ProblemNotice } from './problem-notice.tsx';

type Props = { onSignedIn: (session: SessionView) => Promise<void> };

/** The one button, and beside it the passkeys that the browser offers by itself. */
export function PasskeySignIn({ onSignedIn }: Props) {
  const { busy, problem, run } = useTask();
  const blocked = findPasskeyTrouble('get');

  const signedIn = useSignal(false);
  const finish = async (credential: AuthenticationResponseJSON) => {
    const session = await signIn(credential);
    signedIn.value = true;
    await onSignedIn(session);
  };
  const choose = (credential: AuthenticationResponseJSON) => run(() => finish(credential));
  const autofill = useAutofill(busy.value || signedIn.value, choose);

  const start = () => {
    autofill.stop();
    return run(async () => finish(await askForPasskey(await getSignInOptions())));
  };

  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <ProblemNotice problem={blocked ?? problem.value} />
      <Button type="submit" busy={busy.value} disabled={blocked !== null}>
        <PasskeyIcon />
        {t('signIn.button')}
      </Button>
      {!blocked && autofill.offered && <SavedPasskeys />}
    </form>
  );
}

/** The browser fills this input with a passkey instead of a word; Enter presses the button. */
function SavedPasskeys() {
  return (
    <label class={styles.saved}>
      <span class={styles.or}>{t('signIn.saved')}</span>
      <input
        name="username"
        autocomplete="username webauthn"
        autocapitalize="none"
        spellcheck={false}
        placeholder={t('details.username')}
      />
    </label>
  );
}
