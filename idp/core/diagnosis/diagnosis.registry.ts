import type { EntityManager } from '@mikro-orm/postgresql';
import { isRegistered } from '../client/client.rules.ts';
import { query } from '../query.ts';
import { SigningKey } from '../signing-key/signing-key.entity.ts';
import { ALGS, type KeyFacts, listDueSteps } from '../signing-key/signing-key.rules.ts';

/** What mail has come to within a day. */
export interface MailTally {
  delivered: number;

  /** Given up. */
  failed: number;

  /** Tried in vain, and to be tried again. */
  retried: number;

  /** The server's words at the last attempt that came to nothing. */
  answer: string | null;
}

export async function tallyMails(em: EntityManager): Promise<MailTally> {
  const [row] = await query<MailTally>(
    em,
    `select count(*) filter (where state = 'delivered')::int as delivered,
            count(*) filter (where state = 'failed')::int as failed,
            count(*) filter (where state = 'waiting' and answer is not null)::int as retried,
            (select answer from mails where state <> 'delivered' and answer is not null
              order by created_at desc limit 1) as answer
       from mails where created_at > now() - interval '1 day'`,
  );
  return row ?? { delivered: 0, failed: 0, retried: 0, answer: null };
}

export interface RecentMismatch {
  clientId: string;
  clientName: string;
  redirectUri: string;
}

/** What was asked for within a day and is not registered to this hour; the newest first. */
export async function listRecentMismatches(em: EntityManager): Promise<RecentMismatch[]> {
  const rows = await query<RecentMismatch & { callbackUrls: string[] }>(
    em,
    `select c.id as "clientId", c.name as "clientName", m.redirect_uri as "redirectUri", c.callback_urls as "callbackUrls"
       from redirect_mismatches m join clients c on c.id = m.client_id
      where m.at > now() - interval '1 day' order by m.at desc limit 50`,
  );
  return rows.filter(({ redirectUri, callbackUrls }) => !isRegistered(redirectUri, callbackUrls));
}

/** Administrators who can sign in now: enabled, and with a passkey. */
export async function countAbleAdministrators(em: EntityManager): Promise<number> {
  const [row] = await query<{ able: number }>(
    em,
    `select count(*)::int as able from users u where is_admin and disabled_at is null
        and exists (select from passkeys p where p.user_id = u.id)`,
  );
  return row?.able ?? 0;
}

export interface KeyState {
  /** Algorithms for which nothing can be signed. */
  missing: string[];

  /** A step of the rotation is due for longer than any replica takes to notice. */
  isOverdue: boolean;

  /** Those that sign now. */
  active: { alg: string; since: Date }[];
}

const HOUR_MS = 3_600_000;

export async function judgeSigningKeys(em: EntityManager, now: Date): Promise<KeyState> {
  const keys: KeyFacts[] = await em.find(SigningKey, {});
  const active = keys.filter(({ state }) => state === 'active');
  const anHourAgo = new Date(now.getTime() - HOUR_MS);
  // A key that may go later than it might is no trouble.
  const due = listDueSteps(keys, { now: anHourAgo, longestLifetime: Infinity });
  return {
    missing: ALGS.filter((alg) => active.every((key) => key.alg !== alg)),
    isOverdue: due.length > 0,
    active: active.map(({ alg, activatedAt, createdAt }) => ({
      alg,
      since: activatedAt ?? createdAt,
    })),
  };
}

/** The clock of the database, which all replicas share. */
export async function readDatabaseClock(em: EntityManager): Promise<Date> {
  const [row] = await query<{ milliseconds: number }>(
    em,
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as milliseconds',
  );
  return new Date(row?.milliseconds ?? 0);
}

export async function readDatabaseVersion(em: EntityManager): Promise<string> {
  const [row] = await query<{ server_version: string }>(em, 'show server_version');
  return row?.server_version ?? '';
}
