import type { EntityManager } from '@mikro-orm/postgresql';
import { type RequestOrigin, recordAudit } from '../audit/audit.registry.ts';
import type { FederatedCredential } from '../client/client.declaration.ts';
import { query } from '../query.ts';
import { type FederatedIdentity, isMatch, subjectsFor } from './federation.rules.ts';

/** A JSON Web Key as it was published. */
type PublishedKey = Record<string, unknown>;

const CANDIDATES = `
select id, federated_credentials as credentials from clients
 where federated_credentials @> any ($1::jsonb[])
 order by id limit 100`;

/** The clients that take such a token, by id. More than one is a question that only a client id can answer. */
export async function listFederatedClients(
  em: EntityManager,
  identity: FederatedIdentity,
  appUrl: string,
): Promise<string[]> {
  const { issuer, subject } = identity;
  const patterns = subjectsFor(subject).map((one) => JSON.stringify([{ issuer, subject: one }]));
  const rows = await query<{ id: string; credentials: FederatedCredential[] }>(em, CANDIDATES, [
    patterns,
  ]);
  return rows
    .filter(({ credentials }) => credentials.some((one) => isMatch(one, identity, appUrl)))
    .map(({ id }) => id);
}

/** The keys that the operator brought, for an issuer that it alone can ask; else null. */
export async function findIssuerKeys(
  em: EntityManager,
  issuer: string,
): Promise<PublishedKey[] | null> {
  const [row] = await query<{ keys: PublishedKey[] }>(
    em,
    'select keys from federated_issuers where issuer = $1',
    [issuer],
  );
  return row?.keys ?? null;
}

/** Keeps an issuer's keys as they are now. Writes nothing when they are the same; says whether they were others. */
export async function recordIssuerKeys(
  em: EntityManager,
  issuer: string,
  keys: PublishedKey[],
): Promise<boolean> {
  const sql = `
    insert into federated_issuers (issuer, keys, changed_at) values ($1, $2::jsonb, now())
    on conflict (issuer) do update set keys = excluded.keys, changed_at = excluded.changed_at
     where federated_issuers.keys <> excluded.keys
    returning 1`;
  return (await query(em, sql, [issuer, JSON.stringify(keys)])).length === 1;
}

const RECENT = `
select from audit_events
 where at > now() - interval '1 minute' and event = 'federated_credential_refused' and target = $1`;

/**
 * Audits that a client was asked for with a workload's token that it does not take. Anybody can cause that without
 * signing in, so it is written once a minute for each client, and never for unknown ones.
 */
export async function recordFederatedRefusal(
  em: EntityManager,
  clientId: string,
  { details, origin }: { details: Record<string, unknown>; origin?: RequestOrigin | undefined },
): Promise<void> {
  const target = `client:${clientId}`;
  if ((await query(em, RECENT, [target])).length > 0) {
    return;
  }
  await em.transactional(async (tx) => {
    // Those who came in the same moment wait here, and then find that it was written.
    const known = await query(tx, 'select from clients where id = $1 for no key update', [
      clientId,
    ]);
    if (known.length === 1 && (await query(tx, RECENT, [target])).length === 0) {
      await recordAudit(tx, {
        event: 'federated_credential_refused',
        actor: 'nobody',
        target,
        ...(origin && { origin }),
        details,
      });
    }
  });
}
