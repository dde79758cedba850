import type { Outcome } from './outcome.ts';
import type { Aspect } from './reconciler.ts';

/** metav1.Condition. */
export interface Condition extends Aspect {
  observedGeneration: number;
  lastTransitionTime: string;
}

/**
 * The conditions that say an outcome, by the Kubernetes API conventions and kstatus: `Stalled` while it waits for
 * somebody, `Reconciling` while it tries again, neither when all is well. `lastTransitionTime` moves only when a
 * verdict does. An accident judges nothing, so what stood there stands.
 */
export function toConditions(
  outcome: Outcome,
  before: Condition[],
  { generation, now }: { generation: number; now: Date },
): Condition[] {
  const { ready, reason, message, retry, aspects } = outcome;
  const toCondition = (aspect: Aspect): Condition => {
    const known = before.find(({ type }) => type === aspect.type);
    const lastTransitionTime =
      known?.status === aspect.status ? known.lastTransitionTime : toTime(now);
    return {
      ...aspect,
      message: aspect.message.slice(0, 32_000),
      observedGeneration: generation,
      lastTransitionTime,
    };
  };
  const verdict = { reason, message };
  return [
    toCondition({
      type: 'Ready',
      status: ready ? 'True' : retry ? 'Unknown' : 'False',
      ...verdict,
    }),
    ...(retry ? before.filter(({ type }) => !SUMMARIES.includes(type)) : aspects.map(toCondition)),
    ...(retry ? [toCondition({ type: 'Reconciling', status: 'True', ...verdict })] : []),
    ...(ready || retry ? [] : [toCondition({ type: 'Stalled', status: 'True', ...verdict })]),
  ];
}

const SUMMARIES = ['Ready', 'Reconciling', 'Stalled'];

/** metav1.Time has no fractions of a second. */
export function toTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** metav1.MicroTime, as Leases and Events want it. */
export function toMicroTime(date: Date): string {
  return date.toISOString().replace(/Z$/, '000Z');
}
