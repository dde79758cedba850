import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DirectorySyncView } from '#api';
import { beginSync, listSyncs } from '#web/api/ldap.ts';
import { Button } from '#web/components/button.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import styles from './last-sync.module.css';

const LOOK_AGAIN_MS = 1_000;

/** What became of the last run, and what it could not use. */
export function LastSync() {
  const task = useTask();
  const run = useSignal<DirectorySyncView | null>(null);
  const look = () =>
    task.run(async () => {
      run.value = (await listSyncs()).syncs[0] ?? null;
    });
  const isRunning = run.value?.state === 'running';
  useEffect(() => void look(), []);
  useEffect(() => {
    const timer = isRunning ? setInterval(() => void look(), LOOK_AGAIN_MS) : undefined;
    return () => clearInterval(timer);
  }, [isRunning]);

  const begin = () =>
    task.run(async () => {
      run.value = (await beginSync()).syncs[0] ?? null;
    });
  return (
    <Section
      title={t('ldap.sync.title')}
      action={
        <Button kind="plain" busy={isRunning} onClick={() => void begin()}>
          {t('ldap.sync.now')}
        </Button>
      }
    >
      <ProblemNotice problem={task.problem.value} />
      <p>{run.value ? sentenceOf(run.value) : t('ldap.sync.none')}</p>
      <Notice>{run.value?.message}</Notice>
      <Entries title={t('ldap.sync.conflicts')} entries={run.value?.conflicts ?? []} />
      <Entries title={t('ldap.sync.skipped')} entries={run.value?.skipped ?? []} />
    </Section>
  );
}

function sentenceOf({ state, startedAt, finishedAt, counts }: DirectorySyncView): string {
  return t(`ldap.sync.${state}`, {
    date: formatTime(finishedAt ?? startedAt),
    users: String(counts.users ?? 0),
    groups: String(counts.groups ?? 0),
  });
}

type EntriesProps = { title: string; entries: { entry: string; reason: string }[] };

function Entries({ title, entries }: EntriesProps) {
  return (
    entries.length > 0 && (
      <details>
        <summary>
          {title} ({entries.length})
        </summary>
        <ul class={styles.entries}>
          {entries.map(({ entry, reason }) => (
            <li key={`${entry} ${reason}`}>
              <strong>{entry}</strong>
              <span>{reason}</span>
            </li>
          ))}
        </ul>
      </details>
    )
  );
}
