import type { EntityManager } from '@mikro-orm/postgresql';
import { readCursor, toPage, toPattern } from '../keyset.ts';
import { query } from '../query.ts';
import type { User } from './user.entity.ts';

/** A person as a list shows them. */
export interface UserLine
  extends Pick<User, 'id' | 'username' | 'displayName' | 'email' | 'isAdmin' | 'owner'> {
  picture?: string | null | undefined;
  disabledAt?: Date | null | undefined;
  createdAt: Date;
}

/** What a list can be sorted by, as text. */
const SORTS = {
  username: 'u.username',
  displayName: 'lower(u.display_name)',
  createdAt: `to_char(u.created_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US')`,
} as const;

export type UserSort = keyof typeof SORTS | `-${keyof typeof SORTS}`;
export const USER_SORTS = Object.keys(SORTS).flatMap((sort) => [sort, `-${sort}`]) as UserSort[];

export interface UserFilter {
  /** Part of the username, name or email address. */
  search?: string | undefined;
  disabled?: boolean | undefined;
  isAdmin?: boolean | undefined;
  sort?: UserSort | undefined;
  after?: string | undefined;
  limit: number;
}

export async function listUsers(
  em: EntityManager,
  { search = '', disabled, isAdmin, sort = 'username', after, limit }: UserFilter,
): Promise<{ users: UserLine[]; next: string | null }> {
  const by = SORTS[sort.replace('-', '') as keyof typeof SORTS];
  const [direction, beyond] = sort.startsWith('-') ? ['desc', '<'] : ['asc', '>'];
  const rows = await query<UserLine & { sort: string }>(
    em,
    `select u.id, u.username, u.display_name as "displayName", u.email, u.picture, u.is_admin as "isAdmin",
            u.disabled_at as "disabledAt", u.created_at as "createdAt", u.owner, ${by} as sort
     from users u
     where (u.username ilike $1 or u.display_name ilike $1 or u.email ilike $1)
       and ($2::boolean is null or (u.disabled_at is not null) = $2)
       and ($3::boolean is null or u.is_admin = $3)
       and ($4::text is null or (${by}, u.username) ${beyond} ($4, $5))
     order by ${by} ${direction}, u.username ${direction} limit $6`,
    [toPattern(search), disabled ?? null, isAdmin ?? null, ...readCursor(after), limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.sort, row.username]);
  return {
    users: page.rows.map(({ sort: _, ...user }) => ({
      ...user,
      createdAt: new Date(user.createdAt),
    })),
    next: page.next,
  };
}
