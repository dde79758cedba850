import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { query } from '../query.ts';

/** An application that has yet to hear that a session is over. The database queues it in the transaction that ends one. */
export interface BackchannelLogout {
  id: string;
  clientId: string;
  userId: string;
  sid: string;

  /** The one that is under way included. */
  attempts: number;
}

/** Seconds after each attempt. Nine hours outlast a night's maintenance; then it is given up. */
const RESTS = [10, 60, 300, 1_800, 7_200, 21_600];

/**
 * Takes what is due, for one attempt. Replicas that ask at the same time get different ones, and what one of them took
 * and never finished comes due again.
 */
export async function takeDueLogouts(
  em: EntityManager,
  limit: number,
): Promise<BackchannelLogout[]> {
  return query(em, TAKE, [limit, RESTS]);
}

// Past the end of the rests there is no next time.
const TAKE = `
update backchannel_logouts
   set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => ($2::int[])[attempts + 1])
 where id in (select id from backchannel_logouts where next_attempt_at <= now()
               order by next_attempt_at limit $1 for update skip locked)
returning id, client_id as "clientId", user_id as "userId", sid, attempts`;

export async function recordLogoutDelivered(em: EntityManager, id: string): Promise<void> {
  await query(em, 'delete from backchannel_logouts where id = $1', [id]);
}

/** Keeps the reason for whoever asks; after the last attempt it is an audit event. Says whether it is given up. */
export async function recordLogoutFailed(
  em: EntityManager,
  { id, clientId, userId, attempts }: BackchannelLogout,
  reason: string,
): Promise<boolean> {
  await query(em, 'update backchannel_logouts set last_error = $2 where id = $1', [id, reason]);
  const isGivenUp = attempts > RESTS.length;
  if (isGivenUp) {
    await recordAudit(em, {
      event: 'backchannel_logout_failed',
      actor: 'permiso',
      userId,
      target: `client:${clientId}`,
      details: { attempts, reason },
    });
  }
  return isGivenUp;
}
