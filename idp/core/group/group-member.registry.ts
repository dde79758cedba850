import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { OwnedElsewhere, Refusal } from '../errors.ts';
import { readCursor, toPage, toPattern } from '../keyset.ts';
import type { Administrator } from '../owner/actor.ts';
import { query } from '../query.ts';
import { assertMayEditMembers, type MembershipRule, mayEditMembers } from './group.rules.ts';
import { MEMBERS } from './group-list.registry.ts';

export interface Member {
  id: string;
  username: string;
  displayName: string;
  disabled: boolean;

  /** Named by the resource, and so nobody to be removed here. */
  isDeclared: boolean;
}

export interface MemberQuery {
  /** Part of the username, name or email address. */
  search?: string | undefined;
  after?: string | undefined;
  limit: number;
}

/** Who is in the group, by name. */
export async function listMembers(
  em: EntityManager,
  groupId: string,
  { search = '', after, limit }: MemberQuery,
): Promise<{ members: Member[]; next: string | null }> {
  const rows = await query<Member & { sort: string }>(
    em,
    `select u.id, u.username, u.display_name as "displayName", u.disabled_at is not null as disabled,
            m.declared as "isDeclared", lower(u.display_name) as sort
     from groups g cross join lateral (${MEMBERS}) m join users u on u.id = m.user_id
     where g.id = $1 and (u.username ilike $2 or u.display_name ilike $2 or u.email ilike $2)
       and ($3::text is null or (lower(u.display_name), u.username) > ($3, $4))
     order by lower(u.display_name), u.username limit $5`,
    [groupId, toPattern(search), ...readCursor(after), limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.sort, row.username]);
  return { members: page.rows.map(({ sort: _, ...member }) => member), next: page.next };
}

export interface Membership {
  groupId: string;
  userId: string;
}

/** One by one, so that two administrators do not undo each other's. Safe to repeat. */
export async function addMember(
  em: EntityManager,
  membership: Membership,
  by: Administrator,
): Promise<void> {
  await changeMember(em, membership, async (tx, { groupId, userId }, group) => {
    const added = await query(
      tx,
      `insert into group_members (group_id, user_id) values ($1, $2) on conflict do nothing returning user_id`,
      [groupId, userId],
    );
    if (added.length > 0) {
      const target = `group:${group.name}`;
      await recordAudit(tx, { ...by, event: 'group_member_added', userId, target });
    }
  });
}

/** Whom the resource names stays in the group: only the resource can take them out. Safe to repeat. */
export async function removeMember(
  em: EntityManager,
  membership: Membership,
  by: Administrator,
): Promise<void> {
  await changeMember(em, membership, async (tx, { groupId, userId }, group) => {
    if (group.declaredMembers?.includes(group.username)) {
      throw new OwnedElsewhere(`that "${group.username}" is in "${group.name}"`, group.owner);
    }
    const removed = await query(
      tx,
      'delete from group_members where group_id = $1 and user_id = $2 returning user_id',
      [groupId, userId],
    );
    if (removed.length > 0) {
      const target = `group:${group.name}`;
      await recordAudit(tx, { ...by, event: 'group_member_removed', userId, target });
    }
  });
}

type Both = MembershipRule & { username: string };
type Work = (em: EntityManager, membership: Membership, both: Both) => Promise<void>;

/** Neither the group nor the person goes away meanwhile, and the group does not change hands. */
async function changeMember(em: EntityManager, membership: Membership, work: Work): Promise<void> {
  await em.transactional(async (tx) => {
    const [both] = await query<Both>(
      tx,
      `select g.name, g.owner, g.declared_members as "declaredMembers",
              g.members_are_exact as "membersAreExact", u.username
       from groups g cross join users u where g.id = $1 and u.id = $2 for share of g for key share of u`,
      [membership.groupId, membership.userId],
    );
    if (!both) {
      throw new Refusal('not_found', 'There is no such group or no such user');
    }
    assertMayEditMembers(both);
    await work(tx, membership, both);
  });
}

/** A group that somebody is in. */
export interface OwnGroup {
  id: string;
  name: string;
  displayName: string;
  owner: MembershipRule['owner'];

  /** Whether an administrator may take them out of it here. */
  mayLeave: boolean;
}

export async function listMemberships(em: EntityManager, userId: string): Promise<OwnGroup[]> {
  const rows = await query<OwnGroup & MembershipRule & { isDeclared: boolean }>(
    em,
    `select g.id, g.name, g.display_name as "displayName", g.owner,
            g.declared_members as "declaredMembers", g.members_are_exact as "membersAreExact",
            coalesce(u.username = any (g.declared_members), false) as "isDeclared"
     from memberships m join groups g on g.id = m.group_id join users u on u.id = m.user_id
     where m.user_id = $1 order by g.name`,
    [userId],
  );
  return rows.map(({ declaredMembers, membersAreExact, isDeclared, ...group }) => ({
    ...group,
    mayLeave:
      !isDeclared && mayEditMembers({ owner: group.owner, declaredMembers, membersAreExact }),
  }));
}
