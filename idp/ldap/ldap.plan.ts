import type {
  DirectoryConflict,
  DirectoryGroup,
  DirectoryState,
  DirectoryUser,
  LdapSettings,
  MembersChange,
  SkippedEntry,
} from '#core';
import type { ReadGroup, ReadUser, UnusableEntry } from './ldap.entries.ts';
import { planGroups } from './ldap.plan-groups.ts';
import { planUsers } from './ldap.plan-users.ts';

/** All that the directory said, read to its end. */
export interface Reading {
  users: ReadUser[];
  groups: ReadGroup[];
  unusableUsers: UnusableEntry[];
  unusableGroups: UnusableEntry[];

  /** People by group, both by `directoryId`. */
  members: Map<string, Set<string>>;

  /** Pictures that cannot be kept. */
  skippedPictures: SkippedEntry[];
}

export type PlanRules = Pick<LdapSettings, 'adminGroup' | 'removedUsers' | 'maxRemovedPercent'>;

/** What has to change. Nothing of it has happened yet. */
export interface Plan {
  createUsers: DirectoryUser[];
  updateUsers: DirectoryUser[];
  disableUsers: string[];
  enableUsers: string[];
  deleteUsers: string[];
  promoteUsers: string[];
  demoteUsers: string[];
  declareGroups: DirectoryGroup[];
  retireGroups: string[];
  changeMembers: MembersChange[];

  /** Whose picture is another one now, or none. */
  changePictures: { id: string; directoryId: string; picture: string | null }[];
  skipped: SkippedEntry[];
  conflicts: DirectoryConflict[];
}

/** Why nothing of a plan may happen. */
export interface Stop {
  reason: 'EmptyResult' | 'NoGroups' | 'TooManyRemoved';
  message: string;
}

/** Compares the directory with the database. New ids come from the caller: the same input gives the same plan. */
export function plan(
  reading: Reading,
  state: DirectoryState,
  { rules, createId }: { rules: PlanRules; createId: () => string },
): Plan | Stop {
  const stop = findEmptiness(reading, state);
  if (stop) {
    return stop;
  }
  const users = planUsers(reading, state, { rules, createId });
  const tooMany = findTooMany(users.gone, state, rules);
  if (tooMany) {
    return tooMany;
  }
  const groups = planGroups(reading, state, { idOf: users.idOf, createId });
  const { gone: _, idOf: __, ...changes } = users;
  return {
    ...changes,
    ...groups,
    skipped: [
      ...[...reading.unusableUsers, ...reading.unusableGroups].map(({ dn, reason }) => ({
        entry: dn,
        reason,
      })),
      ...reading.skippedPictures,
    ],
    conflicts: [...users.conflicts, ...groups.conflicts],
  };
}

export function isStop(outcome: Plan | Stop): outcome is Stop {
  return 'reason' in outcome;
}

/** A filter or a permission that went wrong looks like this; a company without anybody does not exist. */
function findEmptiness(
  { users, unusableUsers, groups, unusableGroups }: Reading,
  state: DirectoryState,
): Stop | null {
  const known = state.users.filter(({ directoryId, isDisabled }) => directoryId && !isDisabled);
  if (known.length > 0 && users.length + unusableUsers.length === 0) {
    return {
      reason: 'EmptyResult',
      message: `the directory shows nobody, where ${known.length} people came from it before. Check the base DN, the filter for users and what the bind DN may read`,
    };
  }
  const knownGroups = state.groups.filter(({ owner }) => owner === 'ldap');
  if (knownGroups.length > 1 && groups.length + unusableGroups.length === 0) {
    return {
      reason: 'NoGroups',
      message: `the directory shows no group, where ${knownGroups.length} came from it before. Check the filter for groups and what the bind DN may read`,
    };
  }
  return null;
}

function findTooMany(
  gone: { username: string; wasActive: boolean }[],
  { users }: DirectoryState,
  { maxRemovedPercent }: PlanRules,
): Stop | null {
  const active = users.filter(({ directoryId, isDisabled }) => directoryId && !isDisabled).length;
  const leaving = gone.filter(({ wasActive }) => wasActive);
  if (leaving.length * 100 <= active * maxRemovedPercent) {
    return null;
  }
  const names = leaving.slice(0, 5).map(({ username }) => username);
  const others = leaving.length > 5 ? ' and others' : '';
  return {
    reason: 'TooManyRemoved',
    message: `${leaving.length} of ${active} people are no longer in the directory (${names.join(', ')}${others}), which is more than ${maxRemovedPercent} %. If they are meant to go, allow more for one run`,
  };
}
