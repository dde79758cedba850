import type { DirectoryConflict, DirectoryState, KnownGroup, MembersChange } from '#core';
import type { ReadGroup } from './ldap.entries.ts';
import type { Plan, Reading } from './ldap.plan.ts';

type GroupPlan = Pick<Plan, 'declareGroups' | 'retireGroups' | 'changeMembers' | 'conflicts'>;

/** Which groups come, change and go, and who is in them. */
export function planGroups(
  reading: Reading,
  state: DirectoryState,
  { idOf, createId }: { idOf: Map<string, string>; createId: () => string },
): GroupPlan {
  const known = new Map(
    state.groups.flatMap((group) => (group.directoryId ? [[group.directoryId, group]] : [])),
  );
  const byName = new Map(state.groups.map((group) => [group.name, group]));
  const context = { state, idOf, unusable: unusableIds(state, reading.unusableUsers) };
  const made: GroupPlan = { declareGroups: [], retireGroups: [], changeMembers: [], conflicts: [] };
  for (const group of reading.groups) {
    const target = findTarget(group, known.get(group.directoryId), byName);
    if (typeof target === 'string') {
      made.conflicts.push(toConflict(group, target));
      continue;
    }
    const id = target?.id ?? createId();
    if (!target || (target.owner === 'ldap' && target.name !== group.name)) {
      made.declareGroups.push({ id, directoryId: group.directoryId, name: group.name });
    }
    byName.set(group.name, target ?? taken(id, group));
    made.changeMembers.push(...compareMembers({ id, group }, reading, context));
  }
  const present = new Set([
    ...reading.groups.map(({ directoryId }) => directoryId),
    ...reading.unusableGroups.map(({ directoryId }) => directoryId),
  ]);
  made.retireGroups = state.groups
    .filter(({ directoryId }) => directoryId !== null && !present.has(directoryId))
    .map(({ id }) => id);
  return made;
}

/** The group as it is now, undefined where there is none, or who holds the name. */
function findTarget(
  { name }: ReadGroup,
  known: KnownGroup | undefined,
  byName: Map<string, KnownGroup>,
): KnownGroup | undefined | string {
  const holder = byName.get(name);
  if (holder && holder.id !== known?.id) {
    // A resource that leaves its members to the directory means the group of this name.
    return holder.isOpenToDirectory && !known ? holder : holder.owner;
  }
  return known;
}

function taken(id: string, { name, directoryId }: ReadGroup): KnownGroup {
  return { id, directoryId, name, owner: 'ldap', isOpenToDirectory: false };
}

interface MembersContext {
  state: DirectoryState;
  idOf: Map<string, string>;
  unusable: ReadonlySet<string>;
}

function compareMembers(
  { id, group }: { id: string; group: ReadGroup },
  { members }: Reading,
  { state, idOf, unusable }: MembersContext,
): MembersChange[] {
  const now = state.members.get(id) ?? new Map<string, boolean>();
  const wanted = new Set(
    [...(members.get(group.directoryId) ?? [])].flatMap((person) => idOf.get(person) ?? []),
  );
  const add = [...wanted].filter((user) => !now.has(user));
  const remove = [...now].flatMap(([user, fromDirectory]) =>
    fromDirectory && !wanted.has(user) && !unusable.has(user) ? [user] : [],
  );
  return add.length + remove.length > 0 ? [{ groupId: id, name: group.name, add, remove }] : [];
}

/** Whose entry is of no use today stays in the groups of yesterday. */
function unusableIds(
  { users }: DirectoryState,
  unusable: Reading['unusableUsers'],
): ReadonlySet<string> {
  if (unusable.length === 0) {
    return NOBODY;
  }
  const ids = new Set(unusable.map(({ directoryId }) => directoryId));
  return new Set(users.flatMap(({ id, directoryId }) => (ids.has(directoryId) ? [id] : [])));
}

const NOBODY: ReadonlySet<string> = new Set();

function toConflict({ dn, name }: ReadGroup, owner: string): DirectoryConflict {
  const who =
    owner === 'ldap' ? 'another group of the directory' : `one that is declared by ${owner}`;
  return {
    entry: dn,
    field: 'group',
    value: name,
    reason: `the group name "${name}" belongs to ${who}`,
  };
}
