import { useSignal } from '@preact/signals';
import type { ProfileView } from '#api';
import { requestEmail } from '#web/api/account.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { withFreshPasskey } from '#web/components/step-up.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import styles from './profile.module.css';

type Props = { profile: ProfileView; onChanged: () => void };

/** The address that counts, the one that waits for its confirmation, and the wish for another. */
export function Email({ profile, onChanged }: Props) {
  const { busy, problem, run } = useTask();
  const { email, emailVerified, pendingEmail, mailOn } = profile;
  const send = (address: string) =>
    run(async () => {
      await withFreshPasskey(() => requestEmail(address));
      onChanged();
    });

  return (
    <Section title={t('email.title')} text={t('email.text')}>
      <Rows>
        <Row
          name={email}
          badges={[t(emailVerified ? 'users.confirmed' : 'users.unconfirmed')]}
          facts={[]}
          actions={
            mailOn &&
            !emailVerified && (
              <Button kind="quiet" busy={busy.value} onClick={() => void send(email)}>
                {t('email.confirm')}
              </Button>
            )
          }
        />
      </Rows>
      <Notice tone="info">
        {mailOn && pendingEmail && t('email.pending', { email: pendingEmail })}
      </Notice>
      <ProblemNotice problem={problem.value?.field ? null : problem.value} />
      {mailOn ? (
        <EmailForm
          busy={busy.value}
          error={problem.value?.field === 'email' ? problem.value.title : undefined}
          onSend={send}
        />
      ) : (
        <p>{t('email.mailOff')}</p>
      )}
    </Section>
  );
}

type FormProps = {
  busy: boolean;
  error: string | undefined;
  onSend: (email: string) => Promise<void>;
};

function EmailForm({ busy, error, onSend }: FormProps) {
  const typed = useSignal('');
  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void onSend(typed.value.trim());
      }}
    >
      <Field
        label={t('email.new')}
        name="email"
        value={typed.value}
        error={error}
        input={{ type: 'email', required: true, autocomplete: 'email', maxLength: 254 }}
        onValue={(value) => {
          typed.value = value;
        }}
      />
      <div class={styles.actions}>
        <Button type="submit" kind="plain" busy={busy}>
          {t('email.change')}
        </Button>
      </div>
    </form>
  );
}
