import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { query } from '../query.ts';
import { ABANDONED, type DueTable, takeAbandoned, takeDue } from '../queue/take-due.ts';

/** An application that has yet to hear that a session is over. The database queues it in the transaction that ends one. */
export interface BackchannelLogout {
  id: string;
  clientId: string;
  userId: string;
  sid: string;

  /** The one that is under way included. */
  attempts: number;
}

const LOGOUTS: DueTable = {
  table: 'backchannel_logouts',
  columns: 'id, client_id as "clientId", user_id as "userId", sid, attempts',
  // Nine hours outlast a night's maintenance.
  rests: [10, 60, 300, 1_800, 7_200, 21_600],
};

/** Takes what is due, for one attempt. */
export async function takeDueLogouts(
  em: EntityManager,
  limit: number,
): Promise<BackchannelLogout[]> {
  await em.transactional(async (tx) => {
    for (const logout of await takeAbandoned<BackchannelLogout>(tx, LOGOUTS)) {
      await recordLogoutFailed(tx, logout, ABANDONED);
    }
  });
  return takeDue(em, LOGOUTS, limit);
}

export async function recordLogoutDelivered(em: EntityManager, id: string): Promise<void> {
  await query(em, 'delete from backchannel_logouts where id = $1', [id]);
}

/** Keeps the reason for whoever asks; after the last attempt it is an audit event. Says whether it is given up. */
export async function recordLogoutFailed(
  em: EntityManager,
  { id, clientId, userId, attempts }: BackchannelLogout,
  reason: string,
): Promise<boolean> {
  const isGivenUp = attempts > LOGOUTS.rests.length;
  await query(
    em,
    `update backchannel_logouts set last_error = $2, next_attempt_at = case when $3 then null else next_attempt_at end
     where id = $1`,
    [id, reason, isGivenUp],
  );
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
