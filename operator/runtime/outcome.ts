import { isDatabaseAway, Refusal, type RefusalCode, StaleLeader } from '#core';
import type { Note } from './events.ts';
import { NotReady } from './not-ready.ts';
import type { Aspect, Context, Reconciler } from './reconciler.ts';
import type { Resource } from './resource.ts';

/** The verdict on a resource: the Ready condition (Kubernetes API conventions) and whether to try again. */
export interface Outcome {
  ready: boolean;
  reason: string;
  message: string;
  retry: boolean;
  status: Record<string, unknown>;
  aspects: Aspect[];
  notes: Note[];
  nextRun?: Date;

  /** The accident behind `retry`, for the log. */
  error?: unknown;
}

const REASON: Partial<Record<RefusalCode, string>> = {
  owned_elsewhere: 'Conflict',
  invalid_input: 'Invalid',
};

/** Reconciles once and says what came of it. Throws only `StaleLeader`: then nobody has the right to say anything. */
export async function settle(
  reconciler: Reconciler,
  resource: Resource,
  context: Context,
): Promise<Outcome> {
  const rejected = resource.rejection ? refused('Invalid', resource.rejection) : null;
  if (resource.spec === null) {
    return rejected ?? refused('Invalid', 'there is no spec');
  }
  try {
    const made = await reconciler.reconcile(resource, context);
    const { reason, status = {}, aspects = [], notes = [], ...rest } = made;
    const ready = { ready: reason === undefined, reason: reason ?? 'Reconciled', retry: false };
    return { ...rest, ...ready, status, aspects, notes, ...rejected };
  } catch (error) {
    return { ...judge(error), ...rejected };
  }
}

/** What stands after a failure; a refusal, an awaited thing and an accident are three kinds of no. */
export function judge(error: unknown): Outcome {
  if (error instanceof StaleLeader) {
    throw error;
  }
  // A refusal stands until something changes, and a change is a new event. Anything else may pass by itself.
  if (error instanceof NotReady) {
    return refused(error.reason, error.message);
  }
  if (error instanceof Refusal) {
    return refused(REASON[error.code] ?? 'Refused', error.message);
  }
  // PostgreSQL tells the row on the lines below, with hashes in it and the time of day; the log has them.
  const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const [reason, message] = isDatabaseAway(error)
    ? ['DatabaseUnavailable', 'the database does not answer; what was declared before stands']
    : ['ReconcileFailed', `it will be tried again: ${why}`];
  return { ...refused(reason, message), retry: true, error };
}

function refused(reason: string, message: string): Outcome {
  return { ready: false, reason, message, retry: false, status: {}, aspects: [], notes: [] };
}
