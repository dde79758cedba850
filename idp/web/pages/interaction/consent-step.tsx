import type { Person } from '#api';
import { AppLogo } from '#web/components/app-logo.tsx';
import { Button } from '#web/components/button.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { SignedInAs } from '#web/components/signed-in-as.tsx';
import { type Key, t } from '#web/locales/locales.ts';
import { instanceName } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import { continueTo } from './continuing.ts';
import styles from './interaction.module.css';
import type { StepProps } from './interaction.page.tsx';

const KNOWN_SCOPES = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;

export function ConsentStep({ uid, view: { client, user, scopes } }: StepProps) {
  const application = client.name;
  return (
    <Flow footer={user && <SignedInAs person={user} />}>
      <AppLogo application={client} />
      <FlowIntro>
        <Heading>{t('consent.title', { application })}</Heading>
        <p>{t('consent.intro', { application, name: instanceName.value })}</p>
      </FlowIntro>
      <ul class={styles.scopes}>
        {scopes.map((scope) => (
          <Scope key={scope} scope={scope} application={application} user={user} />
        ))}
      </ul>
      <ConsentActions uid={uid} />
    </Flow>
  );
}

function ConsentActions({ uid }: { uid: string }) {
  const allow = useTask();
  const abort = useTask();
  const busy = allow.busy.value || abort.busy.value;

  return (
    <div class={styles.choice}>
      <ProblemNotice problem={allow.problem.value ?? abort.problem.value} />
      <Button
        kind="plain"
        busy={abort.busy.value}
        onClick={() => busy || void abort.run(() => continueTo(uid, 'abort'))}
      >
        {t('common.cancel')}
      </Button>
      <Button
        busy={allow.busy.value}
        onClick={() => busy || void allow.run(() => continueTo(uid, 'consent'))}
      >
        {t('consent.allow')}
      </Button>
    </div>
  );
}

type ScopeProps = { scope: string; application: string; user: Person | null };

function Scope({ scope, application, user }: ScopeProps) {
  const known = KNOWN_SCOPES.find((candidate) => candidate === scope);
  const title: Key = known ? `scope.${known}` : 'scope.other';
  return (
    <li>
      <strong>{t(title, { scope })}</strong>
      <span>{t(`${title}.text`, { application, email: user?.email ?? '' })}</span>
    </li>
  );
}
