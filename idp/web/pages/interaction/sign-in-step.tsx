import { AppLogo } from '#web/components/app-logo.tsx';
import { Button } from '#web/components/button.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { PasskeySignIn } from '#web/components/passkey-sign-in.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { SignInHelp } from '#web/components/sign-in-help.tsx';
import { t } from '#web/locales/locales.ts';
import { instanceName } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import { continueTo } from './continuing.ts';
import styles from './interaction.module.css';
import type { StepProps } from './interaction.page.tsx';

export function SignInStep({ uid, view: { client, user } }: StepProps) {
  const abort = useTask();
  const application = client.name;

  return (
    <Flow footer={<SignInHelp />}>
      <AppLogo application={client} />
      <FlowIntro>
        <Heading>{t('signIn.titleFor', { application })}</Heading>
        <p>
          {user
            ? t('signIn.again', { application })
            : t('signIn.introFor', { name: instanceName.value })}
        </p>
      </FlowIntro>
      <div class={styles.actions}>
        <PasskeySignIn onSignedIn={() => continueTo(uid, 'login')} />
        <ProblemNotice problem={abort.problem.value} />
        <Button
          kind="quiet"
          busy={abort.busy.value}
          onClick={() => void abort.run(() => continueTo(uid, 'abort'))}
        >
          {t('common.cancel')}
        </Button>
      </div>
    </Flow>
  );
}
