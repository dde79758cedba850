import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';

/** Whether the person signs in here for the first time although they did elsewhere before. It is known afterwards. */
export async function recordBrowser(
  em: EntityManager,
  userId: string,
  browserHash: string,
): Promise<boolean> {
  const [known] = await query<{ here: boolean; anywhere: boolean }>(em, RECORD, [
    userId,
    browserHash,
  ]);
  return Boolean(known?.anywhere && !known.here);
}

// What the insert adds is not seen by the question beside it.
const RECORD = `
with recorded as (
  insert into known_browsers (user_id, browser_hash) values ($1, $2)
  on conflict (user_id, browser_hash) do update set last_used_at = now())
select count(*) > 0 as anywhere, coalesce(bool_or(browser_hash = $2), false) as here
from known_browsers where user_id = $1`;
