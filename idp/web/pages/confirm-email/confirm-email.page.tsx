import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import type { EmailVerificationView } from '#api';
import { confirmEmail, getEmailVerification } from '#web/api/account.ts';
import { Button, ButtonLink } from '#web/components/button.tsx';
import { Failure } from '#web/components/failure.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { FlowSkeleton } from '#web/components/skeleton.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import { loadSession } from '#web/session.ts';
import { useLoaded, useTask } from '#web/task.ts';

/** Nothing happens before the button is pressed: programs that look into mails open links, too. */
export function ConfirmEmailPage() {
  const { token = '' } = useRoute().params;
  const { value, problem, reload } = useLoaded(() => getEmailVerification(token));

  if (problem?.status === 404) {
    return (
      <Statement
        title={t('confirmEmail.invalid')}
        text={t('confirmEmail.invalidText')}
        code={problem.code}
        mend={t('confirmEmail.invalidMend')}
      >
        <ButtonLink href="/settings/account">{t('confirmEmail.toProfile')}</ButtonLink>
      </Statement>
    );
  }
  if (problem) {
    return <Failure problem={problem} onRetry={reload} />;
  }
  return value ? <Question token={token} wanted={value} /> : <FlowSkeleton />;
}

type Props = { token: string; wanted: EmailVerificationView };

function Question({ token, wanted: { email, username } }: Props) {
  const { busy, problem, run } = useTask();
  const isDone = useSignal(false);
  const confirm = () =>
    run(async () => {
      await confirmEmail(token);
      await loadSession();
      isDone.value = true;
    });

  if (isDone.value) {
    return (
      <Statement title={t('confirmEmail.done')} text={t('confirmEmail.doneText', { email })}>
        <ButtonLink href="/">{t('common.toStart')}</ButtonLink>
      </Statement>
    );
  }
  return (
    <Flow>
      <FlowIntro>
        <Heading>{t('confirmEmail.title')}</Heading>
        <p>{t('confirmEmail.text', { email, username })}</p>
      </FlowIntro>
      <ProblemNotice problem={problem.value} />
      <Button busy={busy.value} onClick={() => void confirm()}>
        {t('confirmEmail.button')}
      </Button>
    </Flow>
  );
}
