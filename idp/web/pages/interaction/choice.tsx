import { Button } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import type { Problem } from '#web/problem.ts';
import { useTask } from '#web/task.ts';
import { continueTo } from './continuing.ts';
import styles from './interaction.module.css';

type Props = {
  uid: string;
  step: 'consent' | 'device';
  yes: string;
  no: string;
  explain?: (problem: Problem | null) => Problem | null;
};

/** Yes and no, side by side: neither is harder to press than the other. */
export function Choice({ uid, step, yes, no, explain = (problem) => problem }: Props) {
  const allow = useTask();
  const abort = useTask();
  const busy = allow.busy.value || abort.busy.value;

  return (
    <div class={styles.choice}>
      <ProblemNotice problem={explain(allow.problem.value ?? abort.problem.value)} />
      <Button
        kind="plain"
        busy={abort.busy.value}
        onClick={() => busy || void abort.run(() => continueTo(uid, 'abort'))}
      >
        {no}
      </Button>
      <Button
        busy={allow.busy.value}
        onClick={() => busy || void allow.run(() => continueTo(uid, step))}
      >
        {yes}
      </Button>
    </div>
  );
}
