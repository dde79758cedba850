import { Refusal, type RefusalCode, StaleLeader } from '#core';
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
    const { message, status = {}, aspects = [] } = await reconciler.reconcile(resource, context);
    const reconciled = {
      ready: true,
      reason: 'Reconciled',
      message,
      retry: false,
      status,
      aspects,
    };
    return { ...reconciled, ...rejected };
  } catch (error) {
    return { ...judge(error), ...rejected };
  }
}

function judge(error: unknown): Outcome {
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
  const message = `it will be tried again: ${error instanceof Error ? error.message : error}`;
  return { ...refused('ReconcileFailed', message), retry: true, error };
}

function refused(reason: string, message: string): Outcome {
  return { ready: false, reason, message, retry: false, status: {}, aspects: [] };
}
