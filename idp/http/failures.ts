import { countAttempt, type EntityManager, type RateLimit, TooManyAttempts } from '#core';

/** Whoever has more networks than this to come from is forgotten here, and counted in the database all the same. */
const MOST_KEPT = 10_000;

/** Limits of what fails. What succeeds asks no database. */
export interface Failures {
  /** Refuses what this replica knows to be over the limit, before anybody looks at it. */
  assertMayTry(limit: RateLimit): void;

  /** Counts one more on all replicas, and says how many seconds to wait; 0 within the limit. */
  count(em: EntityManager, limit: RateLimit): Promise<number>;
}

/**
 * A replica learns that a limit is reached by the first failure beyond it, which is answered like all that come after.
 * So of things that succeed each replica lets through what comes before that one, and no failure more than the limit.
 */
export function createFailures(clock: () => number = Date.now): Failures {
  const closedUntil = new Map<string, number>();
  return {
    assertMayTry({ key }) {
      const wait = Math.ceil(((closedUntil.get(key) ?? 0) - clock()) / 1000);
      if (wait > 0) {
        throw new TooManyAttempts(wait);
      }
      closedUntil.delete(key);
    },
    async count(em, limit) {
      const wait = await countAttempt(em, limit);
      if (wait > 0) {
        closedUntil.delete(limit.key);
        closedUntil.set(limit.key, clock() + wait * 1000);
        dropOldest(closedUntil);
      }
      return wait;
    },
  };
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > MOST_KEPT && oldest !== undefined) {
    map.delete(oldest);
  }
}
