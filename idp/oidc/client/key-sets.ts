import type { JWK } from 'jose';
import type { Logger } from '#core';
import { describeOutboundFault, type Outbound } from '../../http/outbound.ts';

/** Keys that were withdrawn are believed for no longer than this. */
const FRESH_MS = 60_000;

/** Whatever signatures arrive, a publisher is asked no more often than this. */
const COOLDOWN_MS = 10_000;

/** While the publisher is away, the keys it had are better than nothing; after this long they are not. */
const STALE_MS = 60 * 60_000;
const MOST_SETS = 1_000;
const MOST_KEYS = 100;

/** The public keys that somebody else publishes. */
export interface KeySets {
  /** As they are now, or were a short while ago. Throws when there are none to be had. */
  find(publisher: string, kid: string | undefined): Promise<JWK[]>;
}

interface KeySet {
  keys: JWK[] | null;
  readAt: number;
  triedAt: number;
  fault: Error | null;
  reading: Promise<void>;
}

export interface KeySetOptions {
  read(publisher: string): Promise<JWK[]>;
  log: Logger;
  clock?: () => number;
}

/** Keeps key sets in memory. A signature by a key that is not among them is a reason to look again. */
export function createKeySets({ read, log, clock = () => Date.now() }: KeySetOptions): KeySets {
  const sets = new Map<string, KeySet>();

  const ask = async (publisher: string, set: KeySet) => {
    try {
      set.keys = (await read(publisher)).slice(0, MOST_KEYS);
      set.readAt = clock();
      set.fault = null;
    } catch (error) {
      const why = describeOutboundFault(error);
      set.fault = new Error(why);
      log.warn({ publisher, why }, 'keys could not be read');
    }
  };
  const open = (publisher: string) => {
    const set = sets.get(publisher) ?? {
      keys: null,
      readAt: 0,
      triedAt: Number.NEGATIVE_INFINITY,
      fault: null,
      reading: Promise.resolve(),
    };
    sets.delete(publisher);
    sets.set(publisher, set);
    dropOldest(sets);
    return set;
  };

  return {
    async find(publisher, kid) {
      const set = open(publisher);
      const age = clock() - set.readAt;
      const isKnown = set.keys?.some((key) => kid === undefined || key.kid === kid);
      if (!(isKnown && age < FRESH_MS)) {
        if (clock() - set.triedAt >= COOLDOWN_MS) {
          set.triedAt = clock();
          set.reading = ask(publisher, set);
        }
        await set.reading;
      }
      if (!set.keys || clock() - set.readAt >= STALE_MS) {
        throw set.fault ?? new Error('there are no keys');
      }
      return set.keys;
    },
  };
}

/** A document of RFC 7517 §5. */
export async function readKeySet(outbound: Outbound, url: string): Promise<JWK[]> {
  const { keys } = await readJson(outbound, url);
  if (!Array.isArray(keys)) {
    throw new Error(`${url} is no JSON Web Key Set`);
  }
  return keys.filter((key) => typeof key?.kty === 'string' && key.kty !== 'oct');
}

export async function readJson(outbound: Outbound, url: string): Promise<Record<string, unknown>> {
  const answer = await outbound(url, { headers: { accept: 'application/json' } });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`${url} answers ${answer.status} where 200 is needed`);
  }
  const document = await answer.json().catch(() => null);
  if (typeof document !== 'object' || document === null) {
    throw new Error(`${url} does not answer with JSON`);
  }
  return document as Record<string, unknown>;
}

function dropOldest(sets: Map<string, KeySet>): void {
  const [oldest] = sets.keys();
  if (sets.size > MOST_SETS && oldest !== undefined) {
    sets.delete(oldest);
  }
}
