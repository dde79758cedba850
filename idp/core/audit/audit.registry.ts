import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEvent, type AuditEventName } from './audit.entity.ts';

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

/** Appends to the audit log, in the caller's transaction when there is one. */
export async function recordAudit(em: EntityManager, record: AuditRecord): Promise<void> {
  const { origin, details = {}, ...facts } = record;
  await em.insert(AuditEvent, { ...facts, ...origin, details, at: new Date() });
}
