import { getSetUp, getSetUpOptions, setUp } from '#web/api/sign-up.ts';
import { ButtonLink } from '#web/components/button.tsx';
import { Enrolment } from '#web/components/enrolment.tsx';
import { Failure } from '#web/components/failure.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { FlowSkeleton } from '#web/components/skeleton.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { currentSession } from '#web/session.ts';
import { useLoaded } from '#web/task.ts';

export function SetUpPage() {
  const { value, problem, reload } = useLoaded(getSetUp);
  const { name } = currentSession().instance;

  if (problem) {
    return problem.status === 404 ? (
      <SetUpClosed problem={problem} />
    ) : (
      <Failure problem={problem} onRetry={reload} />
    );
  }
  if (!value) {
    return <FlowSkeleton />;
  }
  return (
    <Flow>
      <FlowIntro>
        <Heading>{t('setUp.title', { name })}</Heading>
        <p>{t('setUp.intro')}</p>
      </FlowIntro>
      <Enrolment codeRequired={value.codeRequired} begin={getSetUpOptions} finish={setUp} />
    </Flow>
  );
}

function SetUpClosed({ problem }: { problem: Problem }) {
  return (
    <Statement
      title={t('setUp.closed')}
      text={problem.title}
      code={problem.code}
      mend={problem.mend ?? t('setUp.closedMend')}
    >
      <ButtonLink href="/">{t('common.toStart')}</ButtonLink>
    </Statement>
  );
}
