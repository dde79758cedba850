import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { createToken, hashToken } from '../encryption/token.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { ClientSecret } from './client-secret.entity.ts';

/** A secret as whoever hands it out and ends it knows it: without the hash, which the operator's role may not read. */
export type KnownSecret = Omit<ClientSecret, 'hash'>;

/** Makes one more secret. The value is told here and never again; the database keeps its hash. */
export async function addClientSecret(
  em: EntityManager,
  clientId: string,
  source: ClientSecret['source'],
): Promise<{ secret: KnownSecret; value: string }> {
  const value = createToken();
  return { value, secret: await insertSecret(em, { clientId, hash: hashToken(value), source }) };
}

/** Takes a secret that somebody else made, or finds it when it is one already. */
export async function addGivenClientSecret(
  em: EntityManager,
  clientId: string,
  { value, source }: { value: string; source: ClientSecret['source'] },
): Promise<KnownSecret> {
  const hash = hashToken(value);
  const [known] = await query<{ id: string | null }>(
    em,
    'select find_client_secret($1, $2) as id',
    [clientId, hash],
  );
  return known?.id
    ? em.findOneOrFail(ClientSecret, { id: known.id })
    : insertSecret(em, { clientId, hash, source });
}

async function insertSecret(
  em: EntityManager,
  facts: Pick<ClientSecret, 'clientId' | 'hash' | 'source'>,
): Promise<KnownSecret> {
  const secret = em.create(ClientSecret, { id: randomUUID(), ...facts });
  await em.persist(secret).flush();
  await recordForOwner(em, facts.clientId, {
    event: 'client_secret_added',
    details: { id: secret.id },
  });
  return secret;
}

/** Secrets belong to whoever declared the client. */
async function recordForOwner(
  em: EntityManager,
  clientId: string,
  record: Pick<AuditRecord, 'event' | 'details'>,
): Promise<void> {
  const [client] = await query<{ owner: Owner }>(em, 'select owner from clients where id = $1', [
    clientId,
  ]);
  await recordAudit(em, {
    ...record,
    actor: client?.owner ?? ADMIN,
    target: `client:${clientId}`,
  });
}

/** The client's living secrets, oldest first; never their values, which nobody has. */
export async function listClientSecrets(
  em: EntityManager,
  clientId: string,
): Promise<KnownSecret[]> {
  return em.find(ClientSecret, living(clientId), { orderBy: { createdAt: 'asc' } });
}

/** What a secret that is presented is compared with. */
export async function listClientSecretHashes(
  em: EntityManager,
  clientId: string,
): Promise<Pick<ClientSecret, 'hash' | 'expiresAt'>[]> {
  return em.find(ClientSecret, living(clientId), { fields: ['hash', 'expiresAt'] });
}

function living(clientId: string) {
  return { clientId, $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }] };
}

/** Lets all other declared secrets of the client end at this time, unless they end earlier. What is over is removed. */
export async function expireOtherClientSecrets(
  em: EntityManager,
  clientId: string,
  { keep, at }: { keep: string | null; at: Date },
): Promise<void> {
  const ended = await query<{ id: string }>(
    em,
    `update client_secrets set expires_at = $3
     where client_id = $1 and id is distinct from $2::uuid and source = 'declared' and (expires_at is null or expires_at > $3)
     returning id`,
    [clientId, keep, at],
  );
  if (ended.length > 0) {
    const details = { ids: ended.map(({ id }) => id), at };
    await recordForOwner(em, clientId, { event: 'client_secrets_ended', details });
  }
  await query(
    em,
    `delete from client_secrets where client_id = $1 and source = 'declared' and expires_at <= now()`,
    [clientId],
  );
}
