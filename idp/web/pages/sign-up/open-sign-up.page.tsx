import { getOpenSignUp, getOpenSignUpOptions, signUpOpenly } from '#web/api/sign-up.ts';
import { Enrolment } from '#web/components/enrolment.tsx';
import { Failure } from '#web/components/failure.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { Notice } from '#web/components/notice.tsx';
import { FlowSkeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { useLoaded } from '#web/task.ts';
import { SignUpRefused } from './sign-up-refused.tsx';

export function OpenSignUpPage() {
  const { isLoaded, problem, reload } = useLoaded(getOpenSignUp);
  const { instance, user } = currentSession();

  if (problem) {
    return problem.status === 403 ? (
      <SignUpRefused problem={problem} />
    ) : (
      <Failure problem={problem} onRetry={reload} />
    );
  }
  if (!isLoaded) {
    return <FlowSkeleton />;
  }
  return (
    <Flow footer={<a href="/login">{t('signUp.haveOne')}</a>}>
      <FlowIntro>
        <Heading>{t('signUp.title')}</Heading>
        <p>{t('signUp.openIntro', { name: instance.name })}</p>
      </FlowIntro>
      <Notice tone="info">{user && t('signUp.already', { name: user.displayName })}</Notice>
      <Enrolment begin={getOpenSignUpOptions} finish={signUpOpenly} />
    </Flow>
  );
}
