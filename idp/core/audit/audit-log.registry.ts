import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { AuditEvent, AuditEventName } from './audit.entity.ts';

export interface AuditFilter {
  /** A user name: who did it, or whom it concerns. */
  user?: string | undefined;
  event?: AuditEventName | undefined;

  /** A client id. */
  client?: string | undefined;
  ip?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;

  /** Beginnings of words, all of which occur in actor, user, target or details. */
  text?: string | undefined;
}

/** Where a page ended: the next one holds what is older. */
export interface AuditPosition {
  at: Date;
  id: string;
}

export interface AuditQuery {
  /** Only what this person did or what concerns them. */
  own?: { id: string; username: string } | undefined;
  filter: AuditFilter;
  before?: AuditPosition | undefined;
  limit: number;
}

/** An event with the target's present name, where it has one. */
export type AuditLine = AuditEvent & { targetName: string | null };

/** The newest events that fit, newest first. Every filter has an index that is in this order. */
export async function listAuditEvents(em: EntityManager, asked: AuditQuery): Promise<AuditLine[]> {
  const { sql, values } = toStatement(asked);
  return em.transactional(async (tx) => {
    // Which index is right depends on the values: a rare event or word sought by a plan for any takes minutes.
    await query(tx, `select set_config('plan_cache_mode', 'force_custom_plan', true)`);
    const rows = await query<AuditLine>(tx, sql, values);
    return rows.map((row) => ({ ...row, at: new Date(row.at) }));
  });
}

export function toStatement({ own, filter, before, limit }: AuditQuery) {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = conditionsOf(filter, before, bind);
  const count = bind(limit);

  // One part for each index in which a person is found; together they hold every row once.
  const parts = alternativesOf(own, filter, bind).map(
    (alternative) =>
      `(select * from audit_events where ${[alternative, ...conditions].join(' and ')}
        order by at desc, id desc limit ${count})`,
  );
  const sql = `select e.id, e.at, e.event, e.actor, e.actor_name as "actorName", e.user_id as "userId",
            e.user_name as "userName", e.target, e.ip, e.user_agent as "userAgent",
            e.request_id as "requestId", e.details, ${TARGET_NAME} as "targetName"
     from (${parts.join(' union all ')}) e order by e.at desc, e.id desc limit ${count}`;
  return { sql, values };
}

type Bind = (value: unknown) => string;

function alternativesOf(
  own: AuditQuery['own'],
  { user }: AuditFilter,
  bind: Bind,
): [string, ...string[]] {
  if (own) {
    // By name for the index, and by id because a name may have belonged to somebody else before.
    const name = bind(own.username);
    return [
      `user_name = ${name} and user_id = ${bind(own.id)}`,
      `actor_name = ${name} and actor_name is distinct from user_name and actor = ${bind(`user:${own.id}`)}`,
    ];
  }
  if (user) {
    const name = bind(user);
    return [
      `user_name = ${name}`,
      `actor_name = ${name} and actor_name is distinct from user_name`,
    ];
  }
  return ['true'];
}

function conditionsOf(
  { event, client, ip, from, to, text }: AuditFilter,
  before: AuditPosition | undefined,
  bind: Bind,
): string[] {
  const words = text?.match(/[\p{L}\p{N}]+/gu);
  return [
    event && `event = ${bind(event)}`,
    client && `target = ${bind(`client:${client}`)}`,
    ip && `ip = ${bind(ip)}`,
    from && `at >= ${bind(from)}`,
    to && `at < ${bind(to)}`,
    words &&
      `${WORDS} @@ to_tsquery('simple', ${bind(words.map((word) => `${word}:*`).join(' & '))})`,
    before && `(at, id) < (${bind(before.at)}, ${bind(before.id)})`,
  ].filter((condition) => typeof condition === 'string');
}

const WORDS = 'audit_words(actor, actor_name, user_name, target, details)';

const TARGET_NAME = `
case split_part(e.target, ':', 1)
  when 'client' then (select name from clients where id = substr(e.target, 8))
  when 'group' then (select display_name from groups where name = substr(e.target, 7))
  when 'user' then e.user_name
  when 'api-key' then e.details ->> 'name'
end`;
