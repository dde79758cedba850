import { useRoute } from 'preact-iso';
import type { InviteView } from '#api';
import { getInvite, getSignUpOptions, signUp } from '#web/api/sign-up.ts';
import { Enrolment } from '#web/components/enrolment.tsx';
import { Failure } from '#web/components/failure.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { Notice } from '#web/components/notice.tsx';
import { FlowSkeleton } from '#web/components/skeleton.tsx';
import { formatDate, t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { useLoaded } from '#web/task.ts';
import { SignUpRefused } from './sign-up-refused.tsx';

export function SignUpPage() {
  const { token = '' } = useRoute().params;
  const { value, problem, reload } = useLoaded(() => getInvite(token));

  if (problem) {
    return [403, 404].includes(problem.status) ? (
      <SignUpRefused problem={problem} />
    ) : (
      <Failure problem={problem} onRetry={reload} />
    );
  }
  return value ? <Invited token={token} invite={value} /> : <FlowSkeleton />;
}

function Invited({ token, invite }: { token: string; invite: InviteView }) {
  const { instance, user } = currentSession();
  const date = formatDate(new Date(invite.expiresAt));

  return (
    <Flow>
      <FlowIntro>
        <Heading>{t('signUp.title')}</Heading>
        <p>
          {t(invite.isEmailFixed ? 'signUp.openIntro' : 'signUp.intro', {
            name: instance.name,
            date,
          })}
        </p>
      </FlowIntro>
      <Notice tone="info">{user && t('signUp.already', { name: user.displayName })}</Notice>
      <Enrolment
        email={invite.email}
        isEmailFixed={invite.isEmailFixed}
        begin={(details) => getSignUpOptions(token, details)}
        finish={(credential) => signUp(token, credential)}
      />
    </Flow>
  );
}
