import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditEventName } from '../audit/audit.entity.ts';
import { query } from '../query.ts';

/** One line for each of these people, with their names as they are now, and as few statements as possible. */
export async function recordPeopleAudit(
  tx: EntityManager,
  event: AuditEventName,
  ids: string[],
  details: Record<string, unknown>,
): Promise<void> {
  await query(
    tx,
    `insert into audit_events (at, event, actor, user_id, user_name, target, details)
     select now(), $1, 'ldap', id, username, 'user:' || id,
            $2::jsonb || jsonb_build_object('username', username, 'email', email)
       from users where id = any($3) order by id`,
    [event, JSON.stringify(details), ids],
  );
}

/** One line for each of these groups. */
export async function recordGroupsAudit(
  tx: EntityManager,
  event: AuditEventName,
  groups: { name: string; details: Record<string, unknown> }[],
): Promise<void> {
  await query(
    tx,
    `insert into audit_events (at, event, actor, target, details)
     select now(), $1, 'ldap', 'group:' || name, details
       from jsonb_to_recordset($2::jsonb) as r (name text, details jsonb)`,
    [event, JSON.stringify(groups)],
  );
}
