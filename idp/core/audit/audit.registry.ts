import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { AuditDetails, AuditEventName } from './audit.entity.ts';

/** Where a request came from; absent for what the operator does. */
export interface RequestOrigin {
  ip: string | null;
  userAgent: string | null;
  requestId: string | null;
}

export interface AuditRecord {
  event: AuditEventName;
  actor: string;
  userId?: string;
  target?: string;
  origin?: RequestOrigin;
  details?: AuditDetails;
}

/** Appends to the audit log, in the caller's transaction when there is one. Reads nothing back: not everybody may. */
export async function recordAudit(em: EntityManager, record: AuditRecord): Promise<void> {
  const { event, actor, userId = null, target, origin, details = {} } = record;
  const facts = [
    new Date(),
    event,
    actor,
    userId,
    target ?? null,
    origin?.ip ?? null,
    origin?.userAgent ?? null,
    origin?.requestId ?? null,
    JSON.stringify(details),
  ];
  const [, kind, id] = /^(user|api-key):([0-9a-f-]{36})$/.exec(actor) ?? [];
  // The operator may not look people up, and names none.
  if (kind === 'api-key') {
    await query(em, APPEND_KEY_OWNER, [...facts, id]);
  } else if (id || userId) {
    await query(em, APPEND_NAMES, [...facts, id ?? null]);
  } else {
    await query(em, APPEND, facts);
  }
}

const APPEND = `
insert into audit_events (at, event, actor, user_id, target, ip, user_agent, request_id, details)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)`;

const appendNames = (actorName: string) => `
insert into audit_events (at, event, actor, user_id, target, ip, user_agent, request_id, details, actor_name, user_name)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, (${actorName}), (select username from users where id = $4::uuid))`;

const APPEND_NAMES = appendNames('select username from users where id = $10::uuid');

/** What a key does is done in the name of its owner. */
const APPEND_KEY_OWNER = appendNames(
  'select username from users u join api_keys k on k.user_id = u.id where k.id = $10::uuid',
);
