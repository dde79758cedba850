import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';

/** What is over, by table. `$1` is the number of days for which the audit log is kept. */
const OVER: Record<string, string> = {
  oidc_records: 'expires_at < now()',
  ceremonies: 'expires_at < now()',
  rate_limits: 'expires_at < now()',
  sessions: 'expires_at < now()',
  // As long as browsers keep a cookie (RFC 6265bis §5.5).
  known_browsers: `last_used_at < now() - interval '400 days'`,
  login_links: 'expires_at < now()',
  email_verifications: 'expires_at < now()',
  client_secrets: 'expires_at < now()',
  mails: `state <> 'waiting' and created_at < now() - interval '30 days'`,
  // Given up; the audit log keeps that it was.
  backchannel_logouts: `next_attempt_at is null and created_at < now() - interval '7 days'`,
  directory_syncs: `finished_at < now() - interval '30 days' and id < (select max(id) from directory_syncs where state = 'succeeded')`,
  redirect_mismatches: `at < now() - interval '7 days'`,
  // For a while administrators may still wonder what became of one.
  invites: `expires_at < now() - interval '30 days'`,
  // Whoever refers to one keeps it.
  images: `recorded_at < now() - interval '1 hour'
    and not exists (select from users where picture = images.name)
    and not exists (select from settings where key = 'branding'
      and images.name in (value #>> '{logo,light}', value #>> '{logo,dark}'))`,
  audit_events: 'at < now() - make_interval(days => $1::int)',
};

// Any constant will do; it only has to be the same for every version of Permiso, and no other lock's.
const CLEANUP_LOCK = 7_072_107;

export interface CleanupOptions {
  auditLogRetentionDays: number;
  batchSize?: number;
}

/**
 * Removes what is over, in short transactions. Safe to repeat, and safe when several replicas do it at once: one
 * works, the others leave it to that one. Says how many rows went, by table.
 */
export async function removeExpired(
  em: EntityManager,
  { auditLogRetentionDays, batchSize = 1_000 }: CleanupOptions,
): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  for (const [table, condition] of Object.entries(OVER)) {
    const values = [...(condition.includes('$1') ? [auditLogRetentionDays] : []), batchSize];
    const sql = deletion(table, condition, values.length);
    let count: number | null;
    do {
      count = await removeBatch(em, { sql, values, auditLogRetentionDays });
      if (count === null) {
        return removed;
      }
      removed[table] = (removed[table] ?? 0) + count;
    } while (count === batchSize);
  }
  return removed;
}

interface Batch {
  sql: string;
  values: number[];

  /** The database itself keeps what is younger (migrations, `refuse_early_removal`). */
  auditLogRetentionDays: number;
}

/** Null when another replica is at it. */
async function removeBatch(
  em: EntityManager,
  { sql, values, auditLogRetentionDays }: Batch,
): Promise<number | null> {
  return em.fork().transactional(async (tx) => {
    const [lock] = await query<{ taken: boolean }>(
      tx,
      `select pg_try_advisory_xact_lock($1) as taken, set_config('permiso.audit_retention_days', $2, true)`,
      [CLEANUP_LOCK, `${auditLogRetentionDays}`],
    );
    return lock?.taken ? (await query(tx, sql, values)).length : null;
  });
}

/** Rows that somebody else works on just now are left for the next time. */
function deletion(table: string, condition: string, limit: number): string {
  return `delete from ${table} where ctid = any(array(
    select ctid from ${table} where ${condition} limit $${limit}::int for update skip locked)) returning 1`;
}
