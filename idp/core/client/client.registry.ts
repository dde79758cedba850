import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { Refusal } from '../errors.ts';
import { actAs, type Declarer, toOwner } from '../owner/actor.ts';
import { type Adoption, assertMayDeclare, listDifferences } from '../owner/adoption.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import type { ClientDeclaration } from './client.declaration.ts';
import { Client } from './client.entity.ts';
import { assertClientDeclaration, assertTypeMayChange } from './client.rules.ts';

export interface DeclareOptions {
  /** The uid of the declaring resource. */
  uid?: string | null;
  adoption?: Adoption;
}

/** Makes the client exist as declared, creating or changing it. Safe to repeat; says whether anything changed. */
export async function declareClient(
  em: EntityManager,
  declaration: ClientDeclaration,
  declarer: Declarer,
  { uid = null, adoption = 'never' }: DeclareOptions = {},
): Promise<{ client: Client; changed: boolean }> {
  assertClientDeclaration(declaration);
  const { owner, by } = toOwner(declarer);

  return actAs(em, owner, async (tx) => {
    const existing = await tx.findOne(Client, { id: declaration.id });
    const differences = listDifferences(existing ?? {}, declaration);
    if (existing) {
      assertMayDeclare(`client "${existing.id}"`, existing, { owner, adoption, differences });
      assertTypeMayChange(existing, declaration);
    }
    if (existing?.owner === owner && existing.ownerUid === uid && differences.length === 0) {
      return { client: existing, changed: false };
    }
    const columns = { ...declaration, owner, ownerUid: uid };
    const client = existing ? tx.assign(existing, columns) : tx.create(Client, columns);
    await tx.persist(client).flush();
    const details = { changed: differences, adopted: existing?.owner === ADMIN && owner !== ADMIN };
    await recordAudit(tx, {
      ...by,
      event: 'client_declared',
      target: `client:${client.id}`,
      details,
    });
    return { client, changed: true };
  });
}

/** Hands the client to the web pages as it is. Safe to repeat; another owner's row is left alone. */
export async function releaseClient(em: EntityManager, id: string, owner: Owner): Promise<void> {
  await actAs(em, owner, async (tx) => {
    const released = await tx.nativeUpdate(Client, { id, owner }, { owner: ADMIN, ownerUid: null });
    if (released === 1) {
      await recordAudit(tx, { event: 'client_released', actor: owner, target: `client:${id}` });
    }
  });
}

/** Makes the client, its secrets, consents and tokens not exist. Safe to repeat; another owner's row is left alone. */
export async function retireClient(
  em: EntityManager,
  id: string,
  declarer: Declarer,
): Promise<void> {
  const { owner, by } = toOwner(declarer);
  await actAs(em, owner, async (tx) => {
    const gone = await tx.nativeDelete(Client, { id, owner });
    if (gone === 1) {
      await recordAudit(tx, { ...by, event: 'client_retired', target: `client:${id}` });
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
