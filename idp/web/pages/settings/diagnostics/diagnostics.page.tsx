import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CheckStatus, CheckView, DiagnosticsView } from '#api';
import { runDiagnostics } from '#web/api/diagnostics.ts';
import { Button } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { checkBrowser } from './browser-check.ts';
import { CheckList, type ListedCheck } from './check-list.tsx';

/** What a person has to look at comes first. */
const RANK: Record<CheckStatus, number> = { failed: 0, warning: 1, ok: 2, off: 3 };

export function DiagnosticsPage() {
  return (
    <SettingsFrame title={t('diagnostics.title')} intro={t('diagnostics.intro')}>
      {() => <Checks />}
    </SettingsFrame>
  );
}

function Checks() {
  const { busy, problem, run } = useTask();
  const found = useSignal<DiagnosticsView | null>(null);
  const load = () =>
    void run(async () => {
      found.value = await runDiagnostics();
    });
  useEffect(load, []);

  return (
    <Section
      title={t('diagnostics.checks')}
      text={
        found.value
          ? t('diagnostics.checkedAt', { date: formatTime(found.value.checkedAt) })
          : t('diagnostics.running')
      }
      action={
        <Button kind="plain" busy={busy.value} onClick={load}>
          {t('diagnostics.again')}
        </Button>
      }
    >
      <ProblemNotice problem={problem.value} />
      {found.value ? (
        <CheckList checks={sort(found.value.checks)} />
      ) : (
        !problem.value && <Skeleton rows={['line', 'line', 'line', 'line']} />
      )}
    </Section>
  );
}

function sort(checks: CheckView[]): ListedCheck[] {
  const all = [checkBrowser(currentSession().instance.origin), ...checks];
  return all.toSorted((one, other) => RANK[one.status] - RANK[other.status]);
}
