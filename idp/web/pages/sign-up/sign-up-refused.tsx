import { ButtonLink } from '#web/components/button.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';

/** No account is made here by this person now: either the invitation is over, or the settings say so. */
export function SignUpRefused({ problem }: { problem: Problem }) {
  const isInvite = problem.code === 'invite_not_valid';
  return (
    <Statement
      title={t(isInvite ? 'signUp.invalid' : 'signUp.refused')}
      text={isInvite ? problem.title : t(reasonOf(problem))}
      code={problem.code}
      mend={t(isInvite ? 'signUp.invalidMend' : 'signUp.refusedMend')}
    >
      <ButtonLink href="/">{t('common.toStart')}</ButtonLink>
    </Statement>
  );
}

function reasonOf({ code }: Problem) {
  switch (code) {
    case 'sign_up_closed':
      return 'signUp.closed';
    case 'mail_off':
      return 'signUp.mailOff';
    default:
      return 'signUp.inviteOnly';
  }
}
