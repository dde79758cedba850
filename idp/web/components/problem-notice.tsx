import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { currentSession } from '#web/session.ts';
import { Notice } from './notice.tsx';

/** Tells what went wrong, and how to mend it where that is known. */
export function ProblemNotice({ problem }: { problem: Problem | null }) {
  // Somebody who closes the browser's window knows what he did: that is no error.
  const tone = problem?.code === 'passkey_cancelled' ? 'info' : 'danger';
  return (
    <Notice tone={tone}>
      {problem && (
        <>
          <p>{problem.title}</p>
          {problem.mend && <p>{problem.mend}</p>}
          {problem.code === 'passkey_origin' && <RightAddress />}
        </>
      )}
    </Notice>
  );
}

function RightAddress() {
  const { origin } = currentSession().instance;
  return (
    <a href={origin + location.pathname + location.search}>
      {t('passkey.origin.open', { expected: origin })}
    </a>
  );
}
