import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ButtonLink } from '#web/components/button.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { PasskeySignIn } from '#web/components/passkey-sign-in.tsx';
import { SignInHelp } from '#web/components/sign-in-help.tsx';
import { t } from '#web/locales/locales.ts';
import { leaveFor, toReturnPath } from '#web/navigation.ts';
import { currentSession, session } from '#web/session.ts';

export function SignInPage() {
  const { query, route } = useLocation();
  const { instance, user } = currentSession();
  const target = toReturnPath(query.return_to);

  // Also who is signed in already has nothing to do here.
  useEffect(() => {
    if (user) {
      target === '/' ? route('/', true) : void leaveFor(target);
    }
  }, [user, target, route]);

  return (
    <Flow footer={<SignInHelp />}>
      <FlowIntro>
        <Heading>{t('signIn.title')}</Heading>
        <p>{t('signIn.intro', { name: instance.name })}</p>
      </FlowIntro>
      <PasskeySignIn
        onSignedIn={async (view) => {
          session.value = view;
        }}
      />
      {instance.signUp === 'open' && (
        <ButtonLink kind="plain" href="/signup">
          {t('signIn.create')}
        </ButtonLink>
      )}
    </Flow>
  );
}
