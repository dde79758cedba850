import type { KoaContextWithOIDC } from 'oidc-provider';
import { type Database, findClient, isDatabaseAway, query, recordAudit } from '#core';
import { currentOrigin } from './request-origins.ts';

const RECENT = `
select from audit_events where at > now() - interval '1 minute' and event = 'redirect_mismatch' and target = $1`;

/**
 * A callback that is not registered is a mistake in somebody's settings, or an attempt on a code. Anybody can cause
 * it without signing in, so it is written down once a minute for each client and never for unknown ones.
 */
export async function recordRedirectMismatch(
  database: Database,
  ctx: KoaContextWithOIDC,
): Promise<void> {
  try {
    await recordOnceAMinute(database, ctx);
  } catch (error) {
    // The person still gets the page that says what is wrong.
    if (!isDatabaseAway(error)) {
      throw error;
    }
  }
}

async function recordOnceAMinute(
  database: Database,
  { oidc, query: sent }: KoaContextWithOIDC,
): Promise<void> {
  const em = database.em.fork();
  const origin = currentOrigin();
  const client = await findClient(em, String(oidc.params?.client_id ?? ''));
  const target = `client:${client?.id}`;
  if (client && (await query(em, RECENT, [target])).length === 0) {
    const redirectUri = String(oidc.params?.redirect_uri ?? sent.redirect_uri ?? '').slice(0, 512);
    await recordAudit(em, {
      event: 'redirect_mismatch',
      actor: 'nobody',
      target,
      ...(origin && { origin }),
      details: { redirectUri },
    });
  }
}
