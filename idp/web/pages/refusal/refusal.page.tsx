import type { RefusalFacts } from '#api';
import { Statement } from '#web/components/statement.tsx';
import { chooseInside, t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { session } from '#web/session.ts';
import { useLoaded } from '#web/task.ts';

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
      {mismatch && session.value?.user?.isAdmin && <Help mismatch={mismatch} />}
    </Statement>
  );
}

/** Fetched when an administrator looks: whoever else passes through has no use for it. */
function Help({ mismatch }: { mismatch: NonNullable<Props['mismatch']> }) {
  const { value: MismatchHelp } = useLoaded(async () => {
    const [help] = await Promise.all([
      import('./mismatch-help.tsx').then((m) => m.MismatchHelp),
      chooseInside(),
    ]);
    return help;
  });
  return MismatchHelp && <MismatchHelp {...mismatch} />;
}
