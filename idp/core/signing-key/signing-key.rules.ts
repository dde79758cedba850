import type { SigningAlg } from '../client/client.declaration.ts';
import type { SigningKey } from './signing-key.entity.ts';

const DAY = 24 * 60 * 60_000;

/** How long, in milliseconds, a key is in each of its states. */
const SCHEDULE = {
  /** Applications keep the published keys for a day; only then may they meet a signature of the new one. */
  next: DAY,
  active: 30 * DAY,
  retiring: 30 * DAY,
};

/** The order in which keys are published. oidc-provider signs with the first of an algorithm. */
const RANK = { active: 0, next: 1, retiring: 2 };

export const ALGS: SigningAlg[] = ['RS256', 'ES256', 'EdDSA'];

export type KeyFacts = Pick<
  SigningKey,
  'id' | 'alg' | 'state' | 'createdAt' | 'activatedAt' | 'retiredAt'
>;

export type RotationStep =
  | { do: 'create'; alg: SigningAlg; state: 'next' | 'active' }
  /** The key before it retires in the same step. */
  | { do: 'activate'; alg: SigningAlg; id: string }
  | { do: 'remove'; id: string };

export interface RotationTime {
  now: Date;

  /** Seconds for which the longest-lived token is valid. */
  longestLifetime: number;
}

/** What has to be done now so that there is always one key that signs, and everybody knew it a day before. */
export function listDueSteps(keys: KeyFacts[], time: RotationTime): RotationStep[] {
  return [
    ...ALGS.flatMap((alg) =>
      findSuccession(
        alg,
        keys.filter((key) => key.alg === alg),
        time,
      ),
    ),
    ...keys
      .filter((key) => isOver(key, time))
      .map(({ id }): RotationStep => ({ do: 'remove', id })),
  ];
}

export function bySigningOrder(one: KeyFacts, other: KeyFacts): number {
  return RANK[one.state] - RANK[other.state] || one.createdAt.getTime() - other.createdAt.getTime();
}

function findSuccession(
  alg: SigningAlg,
  keys: KeyFacts[],
  { now }: Pick<RotationTime, 'now'>,
): RotationStep[] {
  const active = keys.find(({ state }) => state === 'active');
  const next = keys.find(({ state }) => state === 'next');
  if (!active) {
    return [next ? { do: 'activate', alg, id: next.id } : { do: 'create', alg, state: 'active' }];
  }
  const end = (active.activatedAt ?? active.createdAt).getTime() + SCHEDULE.active;
  if (!next) {
    return now.getTime() >= end - SCHEDULE.next ? [{ do: 'create', alg, state: 'next' }] : [];
  }
  const isKnown = now.getTime() >= next.createdAt.getTime() + SCHEDULE.next;
  return isKnown && now.getTime() >= end ? [{ do: 'activate', alg, id: next.id }] : [];
}

function isOver({ state, retiredAt }: KeyFacts, { now, longestLifetime }: RotationTime): boolean {
  const published = Math.max(SCHEDULE.retiring, longestLifetime * 1000);
  return state === 'retiring' && now.getTime() >= (retiredAt?.getTime() ?? Infinity) + published;
}
