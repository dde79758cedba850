import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { DirectoryState, KnownGroup, KnownUser } from './directory.types.ts';

/** All that a synchronisation compares the directory with, as of one moment. */
export async function readDirectoryState(em: EntityManager): Promise<DirectoryState> {
  return em.transactional(
    async (tx) => {
      const users = await query<KnownUser>(tx, USERS);
      const groups = await query<KnownGroup>(tx, GROUPS);
      const members: DirectoryState['members'] = new Map();
      for (const { group, user, fromDirectory } of await query<Membership>(tx, MEMBERS)) {
        const people = members.get(group) ?? new Map<string, boolean>();
        members.set(group, people.set(user, fromDirectory));
      }
      return { users, groups, members };
    },
    { isolationLevel: 'repeatable read' as never },
  );
}

interface Membership {
  group: string;
  user: string;
  fromDirectory: boolean;
}

const USERS = `
select id, directory_id as "directoryId", username, display_name as "displayName", email, is_admin as "isAdmin",
       disabled_at is not null as "isDisabled", left_directory_at is not null as "hasLeft", picture
  from users`;

const GROUPS = `
select id, directory_id as "directoryId", name, owner,
       owner like 'kubernetes:%' and declared_members is null as "isOpenToDirectory"
  from groups`;

const MEMBERS = `
select m.group_id as "group", m.user_id as "user", m.from_directory as "fromDirectory"
  from group_members m join groups g on g.id = m.group_id
 where g.owner = 'ldap' or (g.owner like 'kubernetes:%' and g.declared_members is null)`;
