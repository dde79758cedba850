import { LockMode } from '@mikro-orm/core';
import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { CustomClaim } from '../custom-claim/custom-claim.rules.ts';
import { hashToken } from '../encryption/token.ts';
import { AlreadyTaken, ChangedMeanwhile, OwnedElsewhere, Refusal } from '../errors.ts';
import type { Administrator } from '../owner/actor.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { Group } from './group.entity.ts';
import { declareGroup, type GroupDeclaration, retireGroup } from './group.registry.ts';
import { assertGroupName, toGroupDisplayName } from './group.rules.ts';

export async function getGroup(em: EntityManager, id: string): Promise<Group> {
  const group = await em.findOne(Group, { id });
  if (!group) {
    throw new Refusal('not_found', 'There is no such group; it may have been deleted');
  }
  return group;
}

export interface NewGroup {
  /** The value in the `groups` claim; fixed for good. */
  name: string;

  /** What people read; without it the name. */
  displayName?: string;
  customClaims?: CustomClaim[];
}

/** Makes a group that was none before. The later of two at once for one name is refused. */
export async function createGroup(
  em: EntityManager,
  { name: given, displayName, customClaims = [] }: NewGroup,
  by: Administrator,
): Promise<Group> {
  const name = given.trim();
  assertGroupName(name);
  const taken = () => new AlreadyTaken('name', `There is a group "${name}" already`);
  const declaration: GroupDeclaration = {
    name,
    displayName: toGroupDisplayName(displayName?.trim() || name),
    declaredMembers: null,
    // Nothing is declared of them; a manifest that says no more than the name declares the same.
    membersAreExact: true,
    customClaims,
  };
  try {
    return await em.transactional(async (tx) => {
      // To declare is to make or to change: of two who make one, the later would change the other's.
      await query(tx, `select pg_advisory_xact_lock(hashtext('group ' || $1))`, [name]);
      if (await tx.findOne(Group, { name })) {
        throw taken();
      }
      return (await declareGroup(tx, declaration, by)).group;
    });
  } catch (error) {
    throw error instanceof UniqueConstraintViolationException ? taken() : error;
  }
}

export interface GroupChange {
  change: { displayName?: string; customClaims?: CustomClaim[] };
  by: Administrator;

  /** What the caller has seen; whoever changed it since is not overwritten. Null overwrites. */
  seen: string | null;
}

export async function changeGroup(
  em: EntityManager,
  id: string,
  { change: { displayName, ...change }, by, seen }: GroupChange,
): Promise<Group> {
  return em.transactional(async (tx) => {
    const { name, declaredMembers, membersAreExact, ...group } = await holdGroup(tx, id, seen);
    const declaration = {
      name,
      displayName: displayName === undefined ? group.displayName : toGroupDisplayName(displayName),
      declaredMembers: declaredMembers ?? null,
      membersAreExact,
      customClaims: group.customClaims,
      ...change,
    };
    return (await declareGroup(tx, declaration, by)).group;
  });
}

/** Makes the group not exist. Clients that name it stay closed to who was in it. */
export async function deleteGroup(
  em: EntityManager,
  id: string,
  { by, seen }: Omit<GroupChange, 'change'>,
): Promise<void> {
  await em.transactional(async (tx) => {
    const { name } = await holdGroup(tx, id, seen);
    await retireGroup(tx, name, by);
  });
}

/** The group that an administrator may change, held for the rest of the transaction. */
async function holdGroup(tx: EntityManager, id: string, seen: string | null): Promise<Group> {
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
  const group = await tx.findOne(Group, { id }, lock);
  if (!group) {
    throw new Refusal('not_found', 'There is no such group; it may have been deleted');
  }
  if (group.owner !== ADMIN) {
    throw new OwnedElsewhere(`group "${group.name}"`, group.owner);
  }
  if (seen !== null && seen !== versionOfGroup(group)) {
    throw new ChangedMeanwhile();
  }
  return group;
}

/** Changes when somebody changes the group or takes it over; not with its members, who come and go one by one. */
export function versionOfGroup(group: Group): string {
  const { name, displayName, declaredMembers, membersAreExact, customClaims, owner } = group;
  // The database gives claims back with their fields in an order of its own.
  const claims = customClaims.map(({ key, value }) => [key, value]);
  return hashToken(
    JSON.stringify([name, displayName, declaredMembers ?? null, membersAreExact, claims, owner]),
  );
}
