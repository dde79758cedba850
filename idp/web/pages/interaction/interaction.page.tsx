import { useRoute } from 'preact-iso';
import type { InteractionView } from '#api';
import { getInteraction } from '#web/api/interaction.ts';
import { ButtonLink } from '#web/components/button.tsx';
import { Failure } from '#web/components/failure.tsx';
import { FlowSkeleton } from '#web/components/skeleton.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { useLoaded } from '#web/task.ts';
import { AccessStep } from './access-step.tsx';
import { ConsentStep } from './consent-step.tsx';
import { DeviceStep } from './device-step.tsx';
import { SignInStep } from './sign-in-step.tsx';

export type StepProps = { uid: string; view: InteractionView };

const STEPS = {
  login: SignInStep,
  access: AccessStep,
  device: DeviceStep,
  consent: ConsentStep,
};

/** One step on the way into an application; the server decides which, and where it leads. */
export function InteractionPage() {
  const { uid = '' } = useRoute().params;
  const { value, problem, reload } = useLoaded(() => getInteraction(uid));

  if (problem) {
    return problem.status === 404 ? (
      <Expired problem={problem} />
    ) : (
      <Failure problem={problem} onRetry={reload} />
    );
  }
  if (!value) {
    return <FlowSkeleton />;
  }
  const Step = STEPS[value.prompt];
  return <Step uid={uid} view={value} />;
}

function Expired({ problem }: { problem: Problem }) {
  return (
    <Statement
      title={t('interaction.expired')}
      text={problem.title}
      code={problem.code}
      mend={problem.mend ?? t('interaction.expiredMend')}
    >
      <ButtonLink href="/">{t('common.toStart')}</ButtonLink>
    </Statement>
  );
}
