import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';

/** A table whose rows are worked on at `next_attempt_at`, each for a number of attempts. */
export interface DueTable {
  table: string;

  /** What a worker needs of a row. */
  columns: string;

  /** Seconds after each attempt but the last. The first outlasts an attempt, so nobody takes what is worked on. */
  rests: [number, ...number[]];
}

/**
 * Takes what is due, for one attempt. Replicas that ask at once get different rows, and what one of them took and
 * never finished comes due again; after the last attempt as well, for `takeAbandoned`.
 */
export async function takeDue<Item extends object>(
  em: EntityManager,
  { table, columns, rests }: DueTable,
  limit: number,
): Promise<Item[]> {
  return query<Item>(
    em,
    `update ${table} set attempts = attempts + 1,
            next_attempt_at = now() + make_interval(secs => coalesce(($2::int[])[attempts + 1], ($2::int[])[1]))
      where id in (select id from ${table} where next_attempt_at <= now() and attempts <= cardinality($2::int[])
                    order by next_attempt_at limit $1 for update skip locked)
     returning ${columns}`,
    [limit, rests],
  );
}

/** Takes, for good, what nobody came back from at the last attempt: the process died, or an accident is in the log. */
export async function takeAbandoned<Item extends object>(
  em: EntityManager,
  { table, columns, rests }: DueTable,
): Promise<Item[]> {
  return query<Item>(
    em,
    `update ${table} set next_attempt_at = null
      where id in (select id from ${table} where next_attempt_at <= now() and attempts > $1 for update skip locked)
     returning ${columns}`,
    [rests.length],
  );
}

/** What is kept of it. */
export const ABANDONED = 'given up: nobody came back from the last attempt; the log may say why';
