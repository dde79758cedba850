import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { AuditEventName } from './audit.entity.ts';

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
  details?: Record<string, unknown>;
}

/** Appends to the audit log, in the caller's transaction when there is one. Reads nothing back: not everybody may. */
export async function recordAudit(em: EntityManager, record: AuditRecord): Promise<void> {
  const { event, actor, userId, target, origin, details = {} } = record;
  await query(
    em,
    `insert into audit_events (at, event, actor, user_id, target, ip, user_agent, request_id, details)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)`,
    [
      new Date(),
      event,
      actor,
      userId ?? null,
      target ?? null,
      origin?.ip ?? null,
      origin?.userAgent ?? null,
      origin?.requestId ?? null,
      JSON.stringify(details),
    ],
  );
}
