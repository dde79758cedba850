import type { EntityManager } from '@mikro-orm/postgresql';
import { type RequestOrigin, recordAudit } from '../audit/audit.registry.ts';
import { query } from '../query.ts';
import { MAX_URL_LENGTH } from './client.rules.ts';
import { RedirectMismatch } from './redirect-mismatch.entity.ts';

// The second look at the age is for those who came in the same moment: one of them writes.
const RECORD = `
insert into redirect_mismatches (client_id, redirect_uri, at)
select id, $2, now() from clients
 where id = $1
   and not exists (select from redirect_mismatches where client_id = $1 and at > now() - interval '1 minute')
   for key share
on conflict (client_id) do update set redirect_uri = excluded.redirect_uri, at = excluded.at
 where redirect_mismatches.at <= now() - interval '1 minute'
returning 1`;

/**
 * Remembers the mismatch and audits it. Anybody can cause one without signing in, so it is done once a minute for each
 * client, and never for unknown ones.
 */
export async function recordRedirectMismatch(
  em: EntityManager,
  {
    clientId,
    sent,
    origin,
  }: { clientId: string; sent: string; origin?: RequestOrigin | undefined },
): Promise<void> {
  const redirectUri = toHarmless(sent);
  await em.transactional(async (tx) => {
    if ((await query(tx, RECORD, [clientId, redirectUri])).length === 1) {
      await recordAudit(tx, {
        event: 'redirect_mismatch',
        actor: 'nobody',
        target: `client:${clientId}`,
        ...(origin && { origin }),
        details: { redirectUri },
      });
    }
  });
}

export async function findRedirectMismatch(
  em: EntityManager,
  clientId: string,
): Promise<RedirectMismatch | null> {
  return em.findOne(RedirectMismatch, { clientId });
}

/** Replaced, not dropped: what is left must not look like a callback that is registered. */
function toHarmless(sent: string): string {
  return sent.slice(0, MAX_URL_LENGTH).replace(/[\p{C}\p{Z}]/gu, '\uFFFD');
}
