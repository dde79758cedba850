import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';

export async function listConsentedScopes(
  em: EntityManager,
  userId: string,
  clientId: string,
): Promise<string[]> {
  const [consent] = await query<{ scopes: string[] }>(
    em,
    'select scopes from consents where user_id = $1 and client_id = $2',
    [userId, clientId],
  );
  return consent?.scopes ?? [];
}

/** Adds to what was agreed before; scopes are only ever taken back by revoking the whole consent. */
export async function recordConsent(
  em: EntityManager,
  userId: string,
  { clientId, scopes }: { clientId: string; scopes: string[] },
): Promise<void> {
  await query(
    em,
    `insert into consents (user_id, client_id, scopes, granted_at) values ($1, $2, $3, now())
     on conflict (user_id, client_id) do update set granted_at = now(),
       scopes = array(select distinct s from unnest(consents.scopes || excluded.scopes) s order by s)`,
    [userId, clientId, scopes],
  );
}

/** What a person agreed to, as they see it. */
export interface GivenConsent {
  clientId: string;
  name: string;
  logoUrl: string | null;
  scopes: string[];
  grantedAt: string;
}

/** All that a person agreed to, by the names of the applications. */
export async function listConsents(em: EntityManager, userId: string): Promise<GivenConsent[]> {
  return query(em, LIST, [userId]);
}

const LIST = `
select c.client_id as "clientId", a.name, a.logo_url as "logoUrl", c.scopes,
       to_char(c.granted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "grantedAt"
from consents c join clients a on a.id = c.client_id where c.user_id = $1 order by lower(a.name)`;

/** Takes the consent back, and with it every token, code and grant that came of it. The next visit asks again. */
export async function revokeConsent(
  em: EntityManager,
  { userId, clientId }: { userId: string; clientId: string },
  by: Pick<AuditRecord, 'actor' | 'origin'>,
): Promise<void> {
  await em.transactional(async (tx) => {
    const gone = await query(tx, REVOKE, [userId, clientId]);
    if (gone.length === 0) {
      throw new Refusal('not_found', 'You have not agreed to this application, or took it back');
    }
    await query(tx, 'delete from oidc_records where user_id = $1 and client_id = $2', [
      userId,
      clientId,
    ]);
    const target = `client:${clientId}`;
    await recordAudit(tx, { ...by, event: 'consent_revoked', userId, target });
  });
}

const REVOKE = 'delete from consents where user_id = $1 and client_id = $2 returning client_id';
