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
 * verdict does.
 */
export function toConditions(
  outcome: Outcome,
  before: Condition[],
  { generation, now }: { generation: number; now: Date },
): Condition[] {
  const { ready, reason, message, retry, aspects } = outcome;
  const aspectsOfAll: Aspect[] = [
    { type: 'Ready', status: ready ? 'True' : retry ? 'Unknown' : 'False', reason, message },
    ...aspects,
    ...(retry ? [{ type: 'Reconciling', status: 'True', reason, message } as const] : []),
    ...(ready || retry ? [] : [{ type: 'Stalled', status: 'True', reason, message } as const]),
  ];
  return aspectsOfAll.map((aspect) => {
    const known = before.find(({ type }) => type === aspect.type);
    const lastTransitionTime =
      known?.status === aspect.status ? known.lastTransitionTime : toTime(now);
    return {
      ...aspect,
      message: aspect.message.slice(0, 32_000),
      observedGeneration: generation,
      lastTransitionTime,
    };
  });
}

/** metav1.Time has no fractions of a second. */
export function toTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** metav1.MicroTime, as Leases and Events want it. */
export function toMicroTime(date: Date): string {
  return date.toISOString().replace(/Z$/, '000Z');
}
