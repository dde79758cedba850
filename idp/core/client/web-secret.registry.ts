import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { createToken, hashToken } from '../encryption/token.ts';
import { InvalidInput, OwnedElsewhere, Refusal } from '../errors.ts';
import type { Administrator } from '../owner/actor.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import type { ClientType } from './client.declaration.ts';
import { ClientSecret } from './client-secret.entity.ts';
import { type KnownSecret, listClientSecrets } from './client-secret.registry.ts';

/** Enough for a rotation that somebody forgot; each is compared with at every sign-in of the application. */
const MOST_SECRETS = 8;

export interface NewSecret {
  /** Null: it does not end by itself. */
  expiresAt: Date | null;

  /** When all others end, unless they end earlier. Null leaves them as they are. */
  othersEndAt: Date | null;
  by: Administrator;
}

/** Makes one more secret of a client that the web pages own. Its value is told here and never again. */
export async function createWebSecret(
  em: EntityManager,
  clientId: string,
  { expiresAt, othersEndAt, by }: NewSecret,
): Promise<{ secret: KnownSecret; value: string }> {
  return em.transactional(async (tx) => {
    const { owner, type } = await holdSecrets(tx, clientId);
    if (owner !== ADMIN) {
      throw new OwnedElsewhere(`client "${clientId}"`, owner);
    }
    if (type === 'public') {
      throw new InvalidInput('type', 'a public client keeps no secret');
    }
    await assertRoom(tx, clientId);
    const value = createToken();
    const facts = { clientId, hash: hashToken(value), source: 'web' as const, expiresAt };
    const secret = tx.create(ClientSecret, { id: randomUUID(), ...facts });
    await tx.persist(secret).flush();
    const details = { id: secret.id, ...(expiresAt && { expiresAt }) };
    const target = `client:${clientId}`;
    await recordAudit(tx, { ...by, event: 'client_secret_added', target, details });
    if (othersEndAt) {
      await endOthers(tx, secret, { at: othersEndAt, by });
    }
    return { secret, value };
  });
}

/** Ends a secret that an administrator made, now; those that a resource made are the resource's. */
export async function revokeWebSecret(
  em: EntityManager,
  clientId: string,
  { id, by }: { id: string; by: Administrator },
): Promise<void> {
  await em.transactional(async (tx) => {
    const { owner } = await holdSecrets(tx, clientId);
    const secret = await tx.findOne(ClientSecret, { id, clientId });
    if (!secret) {
      throw new Refusal('not_found', `The client "${clientId}" has no such secret any more`);
    }
    if (secret.source === 'declared' && owner !== ADMIN) {
      throw new OwnedElsewhere(`this secret of client "${clientId}"`, owner);
    }
    await tx.nativeDelete(ClientSecret, { id });
    await recordEnd(tx, clientId, { ids: [id], at: new Date(), by });
  });
}

/** Who may have secrets, held so that two requests count one after the other. */
async function holdSecrets(
  tx: EntityManager,
  clientId: string,
): Promise<{ owner: Owner; type: ClientType }> {
  const [client] = await query<{ owner: Owner; type: ClientType }>(
    tx,
    'select owner, type from clients where id = $1 for no key update',
    [clientId],
  );
  if (!client) {
    throw new Refusal('not_found', `There is no client "${clientId}"`);
  }
  return client;
}

async function assertRoom(tx: EntityManager, clientId: string): Promise<void> {
  await query(tx, 'delete from client_secrets where client_id = $1 and expires_at <= now()', [
    clientId,
  ]);
  if ((await listClientSecrets(tx, clientId)).length >= MOST_SECRETS) {
    throw new InvalidInput(
      'secrets',
      `there are ${MOST_SECRETS} secrets already; revoke one that is no longer used`,
    );
  }
}

async function endOthers(
  tx: EntityManager,
  { id, clientId }: KnownSecret,
  { at, by }: { at: Date; by: Administrator },
): Promise<void> {
  const ended = await query<{ id: string }>(tx, END_OTHERS, [clientId, id, at]);
  if (ended.length > 0) {
    await recordEnd(tx, clientId, { ids: ended.map((other) => other.id), at, by });
  }
}

const END_OTHERS = `
update client_secrets set expires_at = $3
where client_id = $1 and id <> $2 and (expires_at is null or expires_at > $3) returning id`;

async function recordEnd(
  tx: EntityManager,
  clientId: string,
  { ids, at, by }: { ids: string[]; at: Date; by: Administrator },
): Promise<void> {
  const target = `client:${clientId}`;
  const details = { ids, at: at.toISOString() };
  await recordAudit(tx, { ...by, event: 'client_secrets_ended', target, details });
}
