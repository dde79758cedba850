import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { createToken, hashToken } from '../encryption/token.ts';
import { query } from '../query.ts';
import { ClientSecret } from './client-secret.entity.ts';

/** Makes one more secret. The value is told here and never again; the database keeps its hash. */
export async function addClientSecret(
  em: EntityManager,
  clientId: string,
  source: ClientSecret['source'],
): Promise<{ secret: ClientSecret; value: string }> {
  const value = createToken();
  return { value, secret: await addGivenClientSecret(em, clientId, { value, source }) };
}

/** Takes a secret that somebody else made, or finds it when it is one already. */
export async function addGivenClientSecret(
  em: EntityManager,
  clientId: string,
  { value, source }: { value: string; source: ClientSecret['source'] },
): Promise<ClientSecret> {
  const hash = hashToken(value);
  const existing = await em.findOne(ClientSecret, { clientId, hash, expiresAt: null });
  const secret = existing ?? em.create(ClientSecret, { id: randomUUID(), clientId, hash, source });
  await em.persist(secret).flush();
  return secret;
}

/** The client's living secrets, oldest first; never their values, which nobody has. */
export async function listClientSecrets(
  em: EntityManager,
  clientId: string,
): Promise<ClientSecret[]> {
  return em.find(
    ClientSecret,
    { clientId, $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }] },
    { orderBy: { createdAt: 'asc' } },
  );
}

/** Lets all other declared secrets of the client end at this time, unless they end earlier. What is over is removed. */
export async function expireOtherClientSecrets(
  em: EntityManager,
  clientId: string,
  { keep, at }: { keep: string | null; at: Date },
): Promise<void> {
  await query(
    em,
    `update client_secrets set expires_at = $3
     where client_id = $1 and id is distinct from $2::uuid and source = 'declared' and (expires_at is null or expires_at > $3)`,
    [clientId, keep, at],
  );
  await query(em, 'delete from client_secrets where client_id = $1 and expires_at <= now()', [
    clientId,
  ]);
}
