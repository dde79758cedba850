import type { Person } from '#api';
import { AppLogo } from '#web/components/app-logo.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { SignedInAs } from '#web/components/signed-in-as.tsx';
import { type Key, t } from '#web/locales/locales.ts';
import { instanceName } from '#web/session.ts';
import { Choice } from './choice.tsx';
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
      <Choice uid={uid} step="consent" yes={t('consent.allow')} no={t('common.cancel')} />
    </Flow>
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
