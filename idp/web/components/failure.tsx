import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { Button } from './button.tsx';
import { Statement } from './statement.tsx';

type Props = { problem: Problem; onRetry: () => void };

/** A page that could not be loaded, and may be tried again. */
export function Failure({ problem, onRetry }: Props) {
  return (
    <Statement
      title={t('problem.unavailable')}
      text={problem.title}
      code={problem.code}
      mend={problem.mend}
    >
      <Button onClick={onRetry}>{t('common.tryAgain')}</Button>
    </Statement>
  );
}
