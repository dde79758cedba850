import { AppLogo } from '#web/components/app-logo.tsx';
import { Button } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { SignedInAs } from '#web/components/signed-in-as.tsx';
import { Statement } from '#web/components/statement.tsx';
import { type Key, keysUnder, t } from '#web/locales/locales.ts';
import { accessPath } from '#web/pages/access-path.ts';
import { Problem } from '#web/problem.ts';
import { instanceName } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import { continueTo } from './continuing.ts';
import styles from './interaction.module.css';
import type { StepProps } from './interaction.page.tsx';

/** In kind words and the person's language; what the server says is for logs and programs. */
function reasonOf(problem: Problem | null): Key {
  const key = `access.reason.${problem?.code}`;
  return keysUnder('access.reason.').find((known) => known === key) ?? 'access.reason';
}

export function AccessStep({ uid, view: { client, user, refusal, userCode } }: StepProps) {
  const abort = useTask();
  const application = client.name;
  const problem = refusal && new Problem(refusal);

  return (
    <Statement
      emblem={<AppLogo application={client} />}
      title={t('access.title', { application })}
      text={t(reasonOf(problem), { application })}
      code={problem?.code}
      mend={problem?.mend ?? t('access.mend', { name: instanceName.value })}
      footer={user && <SignedInAs person={user} />}
    >
      <div class={styles.actions}>
        <ProblemNotice problem={abort.problem.value} />
        {user?.isAdmin && <a href={accessPath(user.id, client.id)}>{t('access.why')}</a>}
        <Button
          busy={abort.busy.value}
          onClick={() => void abort.run(() => continueTo(uid, 'abort'))}
        >
          {userCode ? t('access.tellDevice') : t('access.back', { application })}
        </Button>
      </div>
    </Statement>
  );
}
