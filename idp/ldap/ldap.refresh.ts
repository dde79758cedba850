import {
  applyToPerson,
  type DirectoryChange,
  type DirectoryMembership,
  type DirectoryPerson,
  type EntityManager,
  findDirectoryPerson,
  type LdapSettings,
  listDirectoryMemberships,
  ServerFault,
} from '#core';
import type { Services } from '../http/services.ts';
import { Directory } from './ldap.directory.ts';
import { normalizeDn } from './ldap.dn.ts';
import type { ReadGroup, ReadUser } from './ldap.entries.ts';
import { findLdapSettings } from './ldap.settings.ts';

/** Somebody is waiting. */
const PATIENCE_MS = 2_000;

/** Groups inside of groups; who nests deeper waits for the next run. */
const MAX_DEPTH = 10;

/**
 * Looks up somebody who signs in, so that what the directory decided a minute ago counts now. Where it does not answer
 * in time, or answers with anything that is not clear, what was known before stands.
 */
export async function refreshPerson(
  { database, keyring, log }: Pick<Services, 'database' | 'keyring' | 'log'>,
  userId: string,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  const em = database.em.fork();
  const person = await findDirectoryPerson(em, userId);
  const settings = person && (await findLdapSettings(em, keyring));
  if (!settings) {
    return;
  }
  const signal = AbortSignal.timeout(patienceMs);
  const directory = new Directory(settings, { timeoutMs: patienceMs, signal });
  try {
    await directory.open();
    await refresh(em, { directory, settings, person });
  } catch (err) {
    const reason = err instanceof ServerFault ? err.reason : 'Accident';
    log.warn({ err, reason, user: userId }, 'somebody signs in as the directory knew them before');
  } finally {
    directory.close();
  }
}

interface Refreshing {
  directory: Directory;
  settings: LdapSettings;
  person: DirectoryPerson;
}

async function refresh(em: EntityManager, { directory, settings, person }: Refreshing) {
  const { usable, unusable } = await directory.findUser(person.directoryId);
  const [found] = usable;
  if (!found) {
    const isGone = unusable.length === 0 && person.mayGo && !person.isDisabled;
    return isGone ? applyToPerson(em, [{ kind: 'disable_users', ids: [person.id] }]) : undefined;
  }
  const groups = await findGroups(directory, settings, found);
  const memberships = await listDirectoryMemberships(em, person.id);
  await applyToPerson(em, [
    ...compareProfile(found, person),
    ...compareMemberships(groups, { person, memberships }),
  ]);
  await applyToPerson(em, compareAdmin(groups, { settings, person, memberships }));
}

/** Those that name the person, those that name one of these, and so on; circles end. */
async function findGroups(
  directory: Directory,
  { groups }: LdapSettings,
  { dn, username }: ReadUser,
): Promise<ReadGroup[]> {
  const namesUsers = /uid$/i.test(groups.attributes.member);
  const found = new Map<string, ReadGroup>();
  let names = [namesUsers ? username : dn];
  for (let depth = 0; names.length > 0 && depth < MAX_DEPTH; depth += 1) {
    const inside = await directory.findGroupsWith(names);
    const fresh = inside.filter((group) => !found.has(normalizeDn(group.dn)));
    for (const group of fresh) {
      found.set(normalizeDn(group.dn), group);
    }
    names = namesUsers ? [] : fresh.map((group) => group.dn);
  }
  return [...found.values()];
}

function compareProfile(found: ReadUser, person: DirectoryPerson): DirectoryChange[] {
  const { id, directoryId } = person;
  const { username, displayName, email } = found;
  const isSame =
    username === person.username && displayName === person.displayName && email === person.email;
  return [
    ...(isSame
      ? []
      : [
          change({
            kind: 'update_users',
            users: [{ id, directoryId, username, displayName, email }],
          }),
        ]),
    ...(person.hasLeft ? [change({ kind: 'enable_users', ids: [id] })] : []),
  ];
}

interface Known {
  person: DirectoryPerson;
  memberships: DirectoryMembership[];
}

/** Groups that Permiso does not know yet come with the next run. */
function compareMemberships(
  groups: ReadGroup[],
  { person: { id }, memberships }: Known,
): DirectoryChange[] {
  const ids = new Set(groups.map(({ directoryId }) => directoryId));
  const names = new Set(groups.map(({ name }) => name));
  const changes = memberships.flatMap(({ groupId, directoryId, name, isMember }) => {
    const belongs = directoryId === null ? names.has(name) : ids.has(directoryId);
    const [add, remove] = belongs ? [[id], []] : [[], [id]];
    return belongs === isMember ? [] : [{ groupId, name, add, remove }];
  });
  return changes.length > 0 ? [change({ kind: 'change_members', groups: changes })] : [];
}

function compareAdmin(
  groups: ReadGroup[],
  {
    settings: { adminGroup },
    person: { id, isAdmin },
    memberships,
  }: Known & Pick<Refreshing, 'settings'>,
): DirectoryChange[] {
  // A group that nobody has seen yet says nothing about anybody.
  if (!memberships.some(({ name, directoryId }) => name === adminGroup && directoryId !== null)) {
    return [];
  }
  const belongs = groups.some(({ name }) => name === adminGroup);
  return belongs === isAdmin
    ? []
    : [change({ kind: belongs ? 'promote_users' : 'demote_users', ids: [id] })];
}

function change(one: DirectoryChange): DirectoryChange {
  return one;
}
