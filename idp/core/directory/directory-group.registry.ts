import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { DirectoryGroup, MembersChange } from './directory.types.ts';
import { recordGroupsAudit } from './directory-audit.ts';

/** How many names a line of the audit log has at most. */
const MAX_NAMED = 50;

/** A group that has another name in the directory now keeps its id, its claims and its members. */
export async function declareGroups(tx: EntityManager, groups: DirectoryGroup[]): Promise<number> {
  const records = groups.map(({ id, directoryId, name }) => ({
    id,
    directory_id: directoryId,
    name,
  }));
  const declared = await query<{ name: string }>(
    tx,
    `insert into groups (id, directory_id, name, display_name, members_are_exact, custom_claims, owner, created_at, updated_at)
     select id, directory_id, name, name, false, '[]', 'ldap', now(), now()
       from jsonb_to_recordset($1::jsonb) as r (id uuid, directory_id text, name text)
     on conflict (id) do update set name = excluded.name, display_name = excluded.name, updated_at = now()
     returning name`,
    [JSON.stringify(records)],
  );
  const lines = declared.map(({ name }) => ({ name, details: {} }));
  await recordGroupsAudit(tx, 'group_declared', lines);
  return declared.length;
}

/** Clients that name them stay closed to who was in them. */
export async function retireGroups(tx: EntityManager, ids: string[]): Promise<number> {
  const retired = await query<{ name: string }>(
    tx,
    `delete from groups where id = any($1) and owner = 'ldap' returning name`,
    [ids],
  );
  const lines = retired.map(({ name }) => ({ name, details: {} }));
  await recordGroupsAudit(tx, 'group_retired', lines);
  return retired.length;
}

/** Only in groups whose members are the directory's business, and only whom the directory put there leaves. */
export async function changeMembers(tx: EntityManager, groups: MembersChange[]): Promise<number> {
  const pairs = (side: 'add' | 'remove') =>
    JSON.stringify(
      groups.flatMap(({ groupId, ...change }) =>
        change[side].map((user) => ({ group: groupId, user })),
      ),
    );
  const removed = await query<Changed>(tx, REMOVE, [pairs('remove')]);
  const added = await query<Changed>(tx, ADD, [pairs('add')]);
  const changed = groups.map(({ groupId, name }) => ({
    name,
    details: {
      changed: [...namesIn(added, groupId, 'desired'), ...namesIn(removed, groupId, 'actual')],
    },
  }));
  await recordGroupsAudit(tx, 'group_declared', changed);
  return added.length + removed.length;
}

interface Changed {
  group: string;
  username: string;
}

const PAIRS = 'jsonb_to_recordset($1::jsonb) as r ("group" uuid, "user" uuid)';

const REMOVE = `
delete from group_members m using ${PAIRS}, users u
 where m.group_id = r."group" and m.user_id = r."user" and u.id = m.user_id and m.from_directory
returning m.group_id as "group", u.username`;

const ADD = `
with added as (
  insert into group_members (group_id, user_id, from_directory)
  select g.id, u.id, true from ${PAIRS} join groups g on g.id = r."group" join users u on u.id = r."user"
   where u.owner = 'ldap'
     and (g.owner = 'ldap' or (g.owner like 'kubernetes:%' and g.declared_members is null))
   order by g.id, u.id
  on conflict do nothing returning group_id, user_id)
select a.group_id as "group", u.username from added a join users u on u.id = a.user_id`;

/** In the form of every change: who is there now that was not, or was there and is not. */
function namesIn(changed: Changed[], group: string, side: 'desired' | 'actual') {
  const names = changed.filter((one) => one.group === group).map(({ username }) => username);
  const others = names.length > MAX_NAMED ? [`… (${names.length})`] : [];
  const shown = [...names.slice(0, MAX_NAMED), ...others];
  const none = { desired: null, actual: null };
  return names.length === 0 ? [] : [{ field: 'members', ...none, [side]: shown }];
}
