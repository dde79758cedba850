import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { OwnedElsewhere, Refusal } from '../errors.ts';
import { actAs } from '../owner/actor.ts';
import type { Owner } from '../owner/owner.ts';
import type { ClientDeclaration } from './client.declaration.ts';
import { Client } from './client.entity.ts';
import { assertClientDeclaration } from './client.rules.ts';

/** Makes the client exist as declared, creating or changing it. Safe to repeat; says whether anything changed. */
export async function declareClient(
  em: EntityManager,
  declaration: ClientDeclaration,
  owner: Owner,
  ownerUid: string | null = null,
): Promise<{ client: Client; changed: boolean }> {
  assertClientDeclaration(declaration);

  return actAs(em, owner, async (tx) => {
    const existing = await tx.findOne(Client, { id: declaration.id });
    if (existing && existing.owner !== owner) {
      throw new OwnedElsewhere(`client "${existing.id}"`, existing.owner);
    }
    const columns = { ...declaration, owner, ownerUid };
    if (existing && isSame(existing, columns)) {
      return { client: existing, changed: false };
    }
    const client = existing ? tx.assign(existing, columns) : tx.create(Client, columns);
    await tx.persist(client).flush();
    await recordAudit(tx, {
      event: 'client_declared',
      actor: owner,
      target: `client:${client.id}`,
    });
    return { client, changed: true };
  });
}

/** Makes the client, its secrets, consents and tokens not exist. Safe to repeat; another owner's row is left alone. */
export async function retireClient(em: EntityManager, id: string, owner: Owner): Promise<void> {
  await actAs(em, owner, async (tx) => {
    const gone = await tx.nativeDelete(Client, { id, owner });
    if (gone === 1) {
      await recordAudit(tx, { event: 'client_retired', actor: owner, target: `client:${id}` });
    }
  });
}

export async function findClient(em: EntityManager, id: string): Promise<Client | null> {
  return em.findOne(Client, { id });
}

export async function getClient(em: EntityManager, id: string): Promise<Client> {
  const client = await findClient(em, id);
  if (!client) {
    throw new Refusal('not_found', `There is no client "${id}"`);
  }
  return client;
}

function isSame(client: Client, columns: Partial<Client>): boolean {
  return Object.entries(columns).every(([key, value]) =>
    isDeepStrictEqual(client[key as keyof Client], value),
  );
}
