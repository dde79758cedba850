import type { EntityManager } from '@mikro-orm/postgresql';
import { readCursor, toPage, toPattern } from '../keyset.ts';
import type { Owner } from '../owner/owner.ts';
import { query } from '../query.ts';

/** A group as a list shows it. */
export interface GroupLine {
  id: string;
  name: string;
  displayName: string;
  owner: Owner;
  memberCount: number;
  declaredMembers: string[] | null;
  membersAreExact: boolean;
}

/** What a list can be sorted by, as text: numbers with leading zeros, so that a cursor is one kind of thing. */
const SORTS = {
  displayName: 'lower(g.display_name)',
  name: 'lower(g.name)',
  members: `lpad(c.members::text, 10, '0')`,
} as const;

export type GroupSort = keyof typeof SORTS | `-${keyof typeof SORTS}`;
export const GROUP_SORTS = Object.keys(SORTS).flatMap((sort) => [sort, `-${sort}`]) as GroupSort[];

export interface GroupQuery {
  /** Part of the name or the display name. */
  search?: string | undefined;
  sort?: GroupSort | undefined;
  after?: string | undefined;
  limit: number;
}

/**
 * Who is in group `g`, as in the view `memberships`. Here each group asks for its few members by name, where the view
 * asks for each person in which groups they are.
 */
export const MEMBERS = `
select u.id as user_id, true as declared from users u where u.username = any (g.declared_members)
union all
select m.user_id, false from group_members m
 where m.group_id = g.id and (g.declared_members is null or (not g.members_are_exact and not exists (
   select from users u where u.id = m.user_id and u.username = any (g.declared_members))))`;

/** Members are counted of those on the page, and of all only where they are what is sorted by. */
const COUNTED = `cross join lateral (select count(*)::int as members from (${MEMBERS}) m) c`;

export async function listGroups(
  em: EntityManager,
  { search = '', sort = 'displayName', after, limit }: GroupQuery,
): Promise<{ groups: GroupLine[]; next: string | null }> {
  const isDown = sort.startsWith('-');
  const isByMembers = sort.endsWith('members');
  const by = SORTS[sort.replace('-', '') as keyof typeof SORTS];
  const [direction, beyond] = isDown ? ['desc', '<'] : ['asc', '>'];
  const rows = await query<GroupLine & { sort: string }>(
    em,
    `with page as (
       select g.*, ${by} as sort from groups g ${isByMembers ? COUNTED : ''}
       where (g.name ilike $1 or g.display_name ilike $1)
         and ($2::text is null or (${by}, g.id::text) ${beyond} ($2, $3))
       order by sort ${direction}, g.id::text ${direction} limit $4)
     select g.id, g.name, g.display_name as "displayName", g.owner, c.members as "memberCount", g.sort,
            g.declared_members as "declaredMembers", g.members_are_exact as "membersAreExact"
     from page g ${COUNTED} order by g.sort ${direction}, g.id::text ${direction}`,
    [toPattern(search), ...readCursor(after), limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.sort, row.id]);
  return { groups: page.rows.map(({ sort: _, ...group }) => group), next: page.next };
}

/** A client that the group opens. */
export interface OpenedClient {
  id: string;
  name: string;

  /** Whether no other group opens it, so that nobody could open it any more. */
  isOnlyOpener: boolean;
}

export async function listOpenedClients(em: EntityManager, name: string): Promise<OpenedClient[]> {
  return query(
    em,
    `select c.id, c.name,
            not exists (select from groups g where g.name <> $1 and g.name = any (c.access_groups)) as "isOnlyOpener"
     from clients c where c.access_mode = 'groups' and c.access_groups @> array[$1]
     order by lower(c.name), c.id`,
    [name],
  );
}
