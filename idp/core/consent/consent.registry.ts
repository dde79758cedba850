import type { EntityManager } from '@mikro-orm/postgresql';
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
