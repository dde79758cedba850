import { createHash } from 'node:crypto';
import { findFailed } from '#core';
import { toTime } from '../runtime/conditions.ts';
import type { Note } from '../runtime/events.ts';
import type { Aspect, Reconciled } from '../runtime/reconciler.ts';
import { idOf, keyOf, type Resource } from '../runtime/resource.ts';

const RETRY_MS = 10 * 60_000;
const REPEAT_MS = 60 * 60_000;

/** What came of trying a server, and how long that stands. */
export interface Verdict {
  aspects: Aspect[];
  nextCheck: Date;

  /** What is new since the check before. */
  notes: Note[];

  /** As metav1.Time, which has no fractions. */
  checkedAt: string;
}

export interface Check {
  now: Date;

  /** Everything that the attempt depends on; passwords too, of which only a hash is kept. */
  facts: unknown;
  dial(): Promise<Aspect[]>;
}

/** Remembers how servers answered, so that a resync does not dial them again. */
export class CheckCache {
  readonly #known = new Map<string, { fingerprint: string; verdict: Verdict }>();

  /** The verdict that still stands, or a new one. */
  async check(resource: Resource, { now, facts, dial }: Check): Promise<Verdict> {
    const key = keyOf(idOf(resource));
    const fingerprint = fingerprintOf(resource, facts);
    const known = this.#known.get(key);
    if (known?.fingerprint === fingerprint && now < known.verdict.nextCheck) {
      return { ...known.verdict, notes: [] };
    }
    const aspects = await dial();
    const pause = findFailed(aspects) ? RETRY_MS : REPEAT_MS;
    const nextCheck = new Date(now.getTime() + pause);
    const notes = listNotes(known?.verdict.aspects ?? [], aspects);
    const verdict = { aspects, nextCheck, notes, checkedAt: toTime(now) };
    this.#known.set(key, { fingerprint, verdict });
    return verdict;
  }

  forget(resource: Resource): void {
    this.#known.delete(keyOf(idOf(resource)));
  }
}

/** A server that does not work is a warning: what the resource declares holds all the same. */
export function toReconciled({ aspects, notes, nextCheck }: Verdict, message: string): Reconciled {
  const failed = findFailed(aspects);
  return {
    message: failed ? `${message}, which does not work now: ${failed.message}` : message,
    aspects,
    notes,
    nextRun: nextCheck,
  };
}

function listNotes(before: Aspect[], after: Aspect[]): Note[] {
  const [was, is] = [findFailed(before), findFailed(after)];
  if (is) {
    return is.reason === was?.reason
      ? []
      : [{ type: 'Warning', reason: is.reason, text: is.message }];
  }
  const text = after.map(({ message }) => message).join('; ');
  return was ? [{ type: 'Normal', reason: 'ConnectionRestored', text }] : [];
}

function fingerprintOf({ metadata: { uid, generation } }: Resource, facts: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([uid, generation, facts]))
    .digest('base64');
}
