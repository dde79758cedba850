import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { createToken, hashToken } from '../encryption/token.ts';
import { ClientSecret } from './client-secret.entity.ts';

/** Makes one more secret. The value is told here and never again; the database keeps its hash. */
export async function addClientSecret(
  em: EntityManager,
  clientId: string,
): Promise<{ id: string; value: string }> {
  const value = createToken();
  const id = randomUUID();
  await em.insert(ClientSecret, { id, clientId, hash: hashToken(value), createdAt: new Date() });
  return { id, value };
}

/** Whether this value is one of the client's living secrets. */
export async function hasClientSecret(
  em: EntityManager,
  clientId: string,
  value: string,
): Promise<boolean> {
  const hashes = await listClientSecretHashes(em, clientId);
  return hashes.includes(hashToken(value));
}

export async function listClientSecretHashes(
  em: EntityManager,
  clientId: string,
): Promise<string[]> {
  const secrets = await em.find(ClientSecret, {
    clientId,
    $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }],
  });
  return secrets.map((secret) => secret.hash);
}

/** Removes all secrets but the one kept: what an interrupted hand-over of a generated secret left behind. */
export async function keepOnlyClientSecret(
  em: EntityManager,
  clientId: string,
  id: string,
): Promise<void> {
  await em.nativeDelete(ClientSecret, { clientId, id: { $ne: id } });
}
