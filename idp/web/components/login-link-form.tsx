import { useSignal } from '@preact/signals';
import { requestLoginLink } from '#web/api/session.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { Notice } from './notice.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import styles from './sign-in-help.module.css';

/** Asks for a login link. What it says afterwards is the same for every address. */
export function LoginLinkForm() {
  const { busy, problem, run } = useTask();
  const email = useSignal('');
  const isSent = useSignal(false);
  const send = () =>
    run(async () => {
      await requestLoginLink(email.value.trim());
      isSent.value = true;
    });

  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Field
        label={t('loginLink.email')}
        name="email"
        value={email.value}
        input={{ type: 'email', required: true, autocomplete: 'email', maxLength: 254 }}
        onValue={(value) => {
          email.value = value;
        }}
      />
      <ProblemNotice problem={problem.value} />
      <Notice tone="info">{isSent.value && t('loginLink.sent')}</Notice>
      <Button type="submit" kind="plain" busy={busy.value}>
        {t('loginLink.send')}
      </Button>
    </form>
  );
}
