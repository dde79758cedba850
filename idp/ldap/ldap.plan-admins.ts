import type { DirectoryConflict, DirectoryState, KnownUser } from '#core';
import type { Plan, PlanRules, Reading } from './ldap.plan.ts';

interface AdminPlan extends Pick<Plan, 'promoteUsers' | 'demoteUsers' | 'conflicts'> {
  /** Who has gone and stays all the same, because nobody else administers Permiso. */
  kept: Set<string>;
}

/** The group says who of the directory's people administers Permiso. Somebody always does. */
export function planAdmins(
  reading: Reading,
  state: DirectoryState,
  context: { rules: PlanRules; idOf: Map<string, string>; gone: KnownUser[] },
): AdminPlan {
  const { idOf, gone } = context;
  const wanted = findAdmins(reading, context);
  const goneIds = new Set(gone.map(({ id }) => id));
  const fromDirectory = state.users.filter(({ directoryId }) => directoryId !== null);
  const isAdmin = new Set(fromDirectory.filter((user) => user.isAdmin).map(({ id }) => id));
  const promoteUsers = [...(wanted ?? [])].filter((id) => !isAdmin.has(id));
  const demoteUsers = wanted
    ? [...idOf.values()].filter((id) => isAdmin.has(id) && !wanted.has(id))
    : [];
  const conflicts = wanted === undefined ? [groupMissing(context.rules)] : [];
  const demoted = new Set(demoteUsers);
  const active = state.users.filter((user) => user.isAdmin && !user.isDisabled);
  const staying = active.filter(({ id }) => !goneIds.has(id) && !demoted.has(id));
  if (active.length === 0 || staying.length + promoteUsers.length > 0) {
    return { promoteUsers, demoteUsers, conflicts, kept: new Set() };
  }
  return {
    promoteUsers,
    demoteUsers: [],
    conflicts: [...conflicts, ...active.map(lastAdministrator)],
    kept: new Set(active.map(({ id }) => id)),
  };
}

/** Null: there is no such group in the settings; undefined: there is none in the directory, so nothing is known. */
function findAdmins(
  { groups, members }: Reading,
  { rules, idOf }: { rules: PlanRules; idOf: Map<string, string> },
): Set<string> | null | undefined {
  if (rules.adminGroup === null) {
    return null;
  }
  const group = groups.find(({ name }) => name === rules.adminGroup);
  const people = group && [...(members.get(group.directoryId) ?? [])];
  return people && new Set(people.flatMap((person) => idOf.get(person) ?? []));
}

function groupMissing({ adminGroup }: PlanRules): DirectoryConflict {
  return {
    entry: `${adminGroup}`,
    field: 'administrator',
    value: `${adminGroup}`,
    reason: `the directory has no group "${adminGroup}", so administrators stay who they are`,
  };
}

function lastAdministrator({ username }: KnownUser): DirectoryConflict {
  return {
    entry: username,
    field: 'administrator',
    value: username,
    reason: `the directory would take away "${username}", and nobody else administers Permiso; make somebody else an administrator first`,
  };
}
