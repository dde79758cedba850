import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';

/** An OAuth error that must not be sent to the application, since it may come from a forger. */
export function RefusalPage({ problem }: { problem: Problem }) {
  return (
    <Statement
      title={t('refusal.title')}
      text={problem.title}
      code={problem.code}
      mend={problem.mend ?? t('refusal.mend')}
    />
  );
}
