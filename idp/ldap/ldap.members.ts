import { normalizeDn } from './ldap.dn.ts';
import type { ReadGroup, ReadUser } from './ldap.entries.ts';

/**
 * Who is in which group, by `directoryId`: members of a group that is in another are in both. Groups may be in each
 * other in circles. Members that are neither people nor groups that were found (computers, say) are nobody.
 */
export function resolveMembers(users: ReadUser[], groups: ReadGroup[]): Map<string, Set<string>> {
  const people = new Map<string, string>();
  for (const { dn, username, directoryId } of users) {
    people.set(normalizeDn(dn), directoryId).set(username, directoryId);
  }
  const known = new Map(groups.map((group) => [normalizeDn(group.dn), group]));
  const direct = new Map(
    groups.map((group) => [group, toDirect(group, { people, known })] as const),
  );
  return new Map(groups.map((group) => [group.directoryId, collect(group, direct)]));
}

interface Direct {
  people: string[];
  groups: ReadGroup[];
}

interface Names {
  people: Map<string, string>;
  known: Map<string, ReadGroup>;
}

function toDirect({ members }: ReadGroup, { people, known }: Names): Direct {
  const direct: Direct = { people: [], groups: [] };
  for (const member of members) {
    // A user name has no "=", and a name of an entry always has.
    const name = member.includes('=') ? normalizeDn(member) : member.trim().toLowerCase();
    const person = people.get(name);
    const group = known.get(name);
    if (person !== undefined) {
      direct.people.push(person);
    } else if (group) {
      direct.groups.push(group);
    }
  }
  return direct;
}

/** Every group is looked into once, so that a circle ends. */
function collect(group: ReadGroup, direct: ReadonlyMap<ReadGroup, Direct>): Set<string> {
  const found = new Set<string>();
  const seen = new Set([group]);
  for (const one of seen) {
    const inside = direct.get(one);
    for (const person of inside?.people ?? []) {
      found.add(person);
    }
    for (const nested of inside?.groups ?? []) {
      seen.add(nested);
    }
  }
  return found;
}
