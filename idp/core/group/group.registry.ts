import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import type { DeclareOptions } from '../client/client.registry.ts';
import { assertCustomClaims, type CustomClaim } from '../custom-claim/custom-claim.rules.ts';
import { actAs, type Declarer, toOwner } from '../owner/actor.ts';
import { assertMayDeclare, listDifferences } from '../owner/adoption.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { Group } from './group.entity.ts';

export interface GroupDeclaration {
  name: string;
  displayName: string;
  declaredMembers: string[] | null;
  membersAreExact: boolean;
  customClaims: CustomClaim[];
}

/** Makes the group exist as declared. Safe to repeat; says whether anything changed. */
export async function declareGroup(
  em: EntityManager,
  declaration: GroupDeclaration,
  declarer: Declarer,
  { uid = null, adoption = 'never' }: DeclareOptions = {},
): Promise<{ group: Group; changed: boolean }> {
  assertCustomClaims(declaration.customClaims);
  const { owner, by } = toOwner(declarer);

  return actAs(em, owner, async (tx) => {
    const existing = await tx.findOne(Group, { name: declaration.name });
    const differences = listDifferences(existing ?? {}, declaration);
    if (existing) {
      assertMayDeclare(`group "${existing.name}"`, existing, { owner, adoption, differences });
    }
    if (existing?.owner === owner && existing.ownerUid === uid && differences.length === 0) {
      return { group: existing, changed: false };
    }
    const columns = { ...declaration, owner, ownerUid: uid };
    const group = existing
      ? tx.assign(existing, columns)
      : tx.create(Group, { id: randomUUID(), ...columns });
    await tx.persist(group).flush();
    const details = { changed: differences, adopted: existing?.owner === ADMIN && owner !== ADMIN };
    await recordAudit(tx, {
      ...by,
      event: 'group_declared',
      target: `group:${group.name}`,
      details,
    });
    return { group, changed: true };
  });
}

/** Hands the group to the web pages with the members it has. Safe to repeat. */
export async function releaseGroup(em: EntityManager, name: string, owner: Owner): Promise<void> {
  await actAs(em, owner, async (tx) => {
    const group = await tx.findOne(Group, { name, owner });
    if (group) {
      await query(
        tx,
        `insert into group_members (group_id, user_id)
         select group_id, user_id from memberships where group_id = $1 on conflict do nothing`,
        [group.id],
      );
      tx.assign(group, {
        owner: ADMIN,
        ownerUid: null,
        declaredMembers: null,
        membersAreExact: false,
      });
      await tx.flush();
      await recordAudit(tx, { event: 'group_released', actor: owner, target: `group:${name}` });
    }
  });
}

/** Makes the group not exist; clients that name it stay closed to its members. Safe to repeat. */
export async function retireGroup(
  em: EntityManager,
  name: string,
  declarer: Declarer,
): Promise<void> {
  const { owner, by } = toOwner(declarer);
  await actAs(em, owner, async (tx) => {
    const gone = await tx.nativeDelete(Group, { name, owner });
    if (gone === 1) {
      await recordAudit(tx, { ...by, event: 'group_retired', target: `group:${name}` });
    }
  });
}

export async function listGroupNames(em: EntityManager): Promise<string[]> {
  const rows = await query<{ name: string }>(em, 'select name from groups order by name');
  return rows.map(({ name }) => name);
}

/** Which of these names are no group (yet). */
export async function listUnknownGroups(em: EntityManager, names: string[]): Promise<string[]> {
  if (names.length === 0) {
    return [];
  }
  const known = await em.find(Group, { name: names }, { fields: ['name'] });
  return names.filter((name) => !known.some((group) => group.name === name));
}

/** How many people are in the group now, and which declared names belong to nobody yet. */
export async function getMembership(
  em: EntityManager,
  group: Group,
): Promise<{ memberCount: number; unknownMembers: string[] }> {
  const declared = group.declaredMembers ?? [];
  const [row] = await query<{ member_count: number; unknown_members: string[] }>(
    em,
    `select (select count(*)::int from memberships where group_id = $1) as member_count,
            array(select name from unnest($2::text[]) as name
                  where not exists (select 1 from users where username = name)) as unknown_members`,
    [group.id, declared],
  );
  return { memberCount: row?.member_count ?? 0, unknownMembers: row?.unknown_members ?? [] };
}

/** Puts a person into groups whose membership the web pages keep; not into those of the directory. */
export async function addToGroups(
  em: EntityManager,
  userId: string,
  names: string[],
): Promise<void> {
  await query(
    em,
    `insert into group_members (group_id, user_id)
     select id, $1 from groups where name = any($2) and owner <> 'ldap' order by id on conflict do nothing`,
    [userId, names],
  );
}
