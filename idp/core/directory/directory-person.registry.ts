import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { DirectoryProfile } from './directory.types.ts';

/** Somebody of the directory, as they are now. */
export interface DirectoryPerson extends DirectoryProfile {
  id: string;
  directoryId: string;
  isAdmin: boolean;
  isDisabled: boolean;
  hasLeft: boolean;

  /**
   * Whether they would be taken for gone when the directory shows them no more: only after a whole run by these very
   * settings, and only while fewer have gone since than a run may take away. Otherwise a wrong filter would lock
   * everybody out, one by one.
   */
  mayGo: boolean;
}

export async function findDirectoryPerson(
  em: EntityManager,
  id: string,
): Promise<DirectoryPerson | null> {
  const [person] = await query<DirectoryPerson>(em, PERSON, [id]);
  return person ?? null;
}

const PERSON = `
with proven as (
  select max(d.started_at) as at from directory_syncs d join settings s on s.key = 'ldap'
   where d.state = 'succeeded' and d.started_at >= s.updated_at),
people as (
  select count(*) filter (where disabled_at is null or left_directory_at >= proven.at) as known,
         count(*) filter (where left_directory_at >= proven.at) as gone
    from users, proven where owner = 'ldap' and directory_id is not null)
select u.id, u.directory_id as "directoryId", u.username, u.display_name as "displayName", u.email,
       u.is_admin as "isAdmin", u.disabled_at is not null as "isDisabled", u.left_directory_at is not null as "hasLeft",
       coalesce(proven.at is not null
         and (people.gone + 1) * 100 <= people.known * (s.value ->> 'maxRemovedPercent')::int, false) as "mayGo"
  from users u cross join proven cross join people join settings s on s.key = 'ldap'
 where u.id = $1 and u.owner = 'ldap' and u.directory_id is not null`;

/** A group whose members are the directory's business. */
export interface DirectoryMembership {
  groupId: string;

  /** Null where a resource declared the group. */
  directoryId: string | null;
  name: string;
  isMember: boolean;
}

export async function listDirectoryMemberships(
  em: EntityManager,
  userId: string,
): Promise<DirectoryMembership[]> {
  return query(
    em,
    `select g.id as "groupId", g.directory_id as "directoryId", g.name,
            exists (select from group_members m where m.group_id = g.id and m.user_id = $1) as "isMember"
       from groups g
      where g.owner = 'ldap' or (g.owner like 'kubernetes:%' and g.declared_members is null)`,
    [userId],
  );
}
