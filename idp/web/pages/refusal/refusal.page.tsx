import type { RefusalFacts } from '#api';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { session } from '#web/session.ts';
import { MismatchHelp } from './mismatch-help.tsx';

type Props = { problem: Problem; mismatch?: RefusalFacts['mismatch'] };

/** An OAuth error that must not be sent to the application, since it may come from a forger. */
export function RefusalPage({ problem, mismatch }: Props) {
  return (
    <Statement
      title={t('refusal.title')}
      text={problem.title}
      code={problem.code}
      mend={problem.mend ?? t('refusal.mend')}
    >
      {mismatch && session.value?.user?.isAdmin && <MismatchHelp {...mismatch} />}
    </Statement>
  );
}
