import type { EntityManager } from '@mikro-orm/postgresql';
import { hashToken } from '../encryption/token.ts';
import { TooManyAttempts } from '../errors.ts';
import { query } from '../query.ts';

/** How often something may be tried: so many attempts in so many seconds, counted from the first. */
export interface RateLimit {
  /** What is tried and by whom, such as `user_code/person/<id>`; kept as a hash. */
  key: string;
  attempts: number;
  seconds: number;
}

const COUNT = `
insert into rate_limits (key, attempts, expires_at) values ($1, 1, now() + make_interval(secs => $2))
on conflict (key) do update set
  attempts = case when rate_limits.expires_at <= now() then 1 else rate_limits.attempts + 1 end,
  expires_at = case when rate_limits.expires_at <= now() then excluded.expires_at else rate_limits.expires_at end
returning attempts, least(ceil(extract(epoch from expires_at - now())), $2)::int as rest`;

/**
 * Counts an attempt, in the database and so for every replica, before anything comes of it: attempts at once cannot
 * all be the first. Says how many seconds to wait; 0 within the limit. Around the end of a period, and only there,
 * twice the limit fits into its length.
 */
export async function countAttempt(em: EntityManager, limit: RateLimit): Promise<number> {
  const [counted] = await query<{ attempts: number; rest: number }>(em, COUNT, [
    hashToken(limit.key),
    limit.seconds,
  ]);
  return counted && counted.attempts > limit.attempts ? Math.max(1, counted.rest) : 0;
}

export async function assertAttempt(em: EntityManager, limit: RateLimit): Promise<void> {
  const wait = await countAttempt(em, limit);
  if (wait > 0) {
    throw new TooManyAttempts(wait);
  }
}

/** For limits that count mistakes only: what was counted turned out to be none. */
export async function forgetAttempt(em: EntityManager, { key }: RateLimit): Promise<void> {
  await query(
    em,
    'update rate_limits set attempts = attempts - 1 where key = $1 and attempts > 0',
    [hashToken(key)],
  );
}
