import { useSignal } from '@preact/signals';
import type { SignUpRequest } from '#api';
import { getOpenSignUp, requestSignUp } from '#web/api/sign-up.ts';
import { Button, ButtonLink } from '#web/components/button.tsx';
import enrolment from '#web/components/enrolment.module.css';
import { Failure } from '#web/components/failure.tsx';
import { Field } from '#web/components/field.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { FlowSkeleton } from '#web/components/skeleton.tsx';
import { Statement } from '#web/components/statement.tsx';
import { language, t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { SignUpRefused } from './sign-up-refused.tsx';

export function OpenSignUpPage() {
  const { isLoaded, problem, reload } = useLoaded(getOpenSignUp);
  const sentTo = useSignal<string | null>(null);

  if (problem) {
    return [403, 409].includes(problem.status) ? (
      <SignUpRefused problem={problem} />
    ) : (
      <Failure problem={problem} onRetry={reload} />
    );
  }
  if (!isLoaded) {
    return <FlowSkeleton />;
  }
  return sentTo.value ? (
    <Sent email={sentTo.value} />
  ) : (
    <Ask
      onSent={(email) => {
        sentTo.value = email;
      }}
    />
  );
}

/** The address first: only who reads its mailbox may learn whether it has an account. */
function Ask({ onSent }: { onSent: (email: string) => void }) {
  const { instance, user } = currentSession();
  const { busy, problem, run } = useTask();
  const email = useSignal('');
  const isBlamed = problem.value?.field === 'email';
  const send = () =>
    run(async () => {
      const typed = email.value.trim();
      const asked = { email: typed, language: language.value as SignUpRequest['language'] };
      await requestSignUp(asked);
      onSent(typed);
    });

  return (
    <Flow footer={<a href="/login">{t('signUp.haveOne')}</a>}>
      <FlowIntro>
        <Heading>{t('signUp.title')}</Heading>
        <p>{t('signUp.openIntro', { name: instance.name })}</p>
      </FlowIntro>
      <Notice tone="info">{user && t('signUp.already', { name: user.displayName })}</Notice>
      <form
        class={enrolment.step}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <ProblemNotice problem={isBlamed ? null : problem.value} />
        <Field
          label={t('details.email')}
          name="email"
          value={email.value}
          error={isBlamed ? problem.value?.title : undefined}
          input={{ type: 'email', required: true, autocomplete: 'email', maxLength: 254 }}
          onValue={(value) => {
            email.value = value;
          }}
        />
        <Button type="submit" busy={busy.value}>
          {t('details.continue')}
        </Button>
      </form>
    </Flow>
  );
}

function Sent({ email }: { email: string }) {
  return (
    <Statement
      title={t('signUp.sent')}
      text={t('signUp.sentText', { email })}
      mend={t('signUp.sentMend')}
    >
      <ButtonLink kind="plain" href="/login">
        {t('signUp.haveOne')}
      </ButtonLink>
    </Statement>
  );
}
