import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Keyring } from '../encryption/keyring.ts';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';
import { ABANDONED, type DueTable, takeAbandoned, takeDue } from '../queue/take-due.ts';
import type { MailKind, MailValues } from './mail.types.ts';

export interface NewMail<K extends MailKind = MailKind> {
  kind: K;
  values: MailValues[K];

  /** One addr-spec, as `toPersonDetails` lets through. */
  recipient: string;
  userId?: string | null;

  /** Two letters; null means English. */
  language: string | null;

  /** Not sent any more after this, because its link is dead by then. */
  expiresAt?: Date | null;

  /** News that has this key already is not told again. */
  key?: string;
}

/** A mail that is to be sent now. */
export interface DueMail {
  id: string;
  kind: MailKind;
  sealedValues: string;
  recipient: string;
  language: string | null;

  /** The attempt that is under way included. */
  attempts: number;

  /** Whether an earlier attempt may have arrived. */
  unsure: boolean;
}

/** What a mail tells, by its kind. */
export type MailContent = {
  [K in MailKind]: { kind: K; values: MailValues[K] };
}[MailKind];

/**
 * Queues a mail in the caller's transaction, so that it goes out exactly when what it tells has happened. Its values
 * are encrypted, because they hold links that work. Null when mail is off: there is nothing that could send it.
 */
export async function queueMail<K extends MailKind>(
  em: EntityManager,
  keyring: Keyring,
  mail: NewMail<K>,
): Promise<string | null> {
  const id = randomUUID();
  const { kind, recipient, userId, language, expiresAt, key = id } = mail;
  const sealed = keyring.encrypt(JSON.stringify(mail.values), placeOf(id));
  const [row] = await query<{ id: string }>(em, QUEUE, [
    id,
    key,
    kind,
    recipient,
    userId ?? null,
    language,
    sealed,
    expiresAt ?? null,
  ]);
  return row?.id ?? null;
}

/** Somebody who has an account. */
export interface Addressee {
  id: string;
  email: string;
  language?: string | null | undefined;
}

/** News for a person, at the address and in the language of the account. */
export async function mailPerson<K extends MailKind>(
  em: EntityManager,
  keyring: Keyring,
  {
    to: { id: userId, email: recipient, language = null },
    ...news
  }: Omit<NewMail<K>, 'recipient' | 'userId' | 'language'> & { to: Addressee },
): Promise<string | null> {
  return queueMail(em, keyring, { ...news, recipient, userId, language });
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

const QUEUE = `
insert into mails (id, key, kind, recipient, user_id, language, sealed_values, expires_at)
select $1, $2, $3, $4, $5, $6, $7, $8 from settings where key = 'smtp'
on conflict (key) do update set key = excluded.key
returning id`;

/** Whether there is a mail server to send by. */
export async function isMailOn(em: EntityManager): Promise<boolean> {
  return (await query(em, `select 1 from settings where key = 'smtp'`)).length > 0;
}

/** What a mail that waits under this key would tell is no longer true: it is not sent. */
export async function withdrawMail(em: EntityManager, key: string, why: string): Promise<void> {
  await query(
    em,
    `update mails set state = 'failed', answer = $2, next_attempt_at = null, sealed_values = null
     where key = $1 and state = 'waiting'`,
    [key, why],
  );
}

const MAILS: DueTable = {
  table: 'mails',
  columns: 'id, kind, recipient, language, attempts, unsure, sealed_values as "sealedValues"',
  rests: [300, 900, 3_600, 14_400, 43_200],
};

/** Takes what is due, for one attempt. What can no longer be sent is told so. */
export async function takeDueMails(em: EntityManager, limit: number): Promise<DueMail[]> {
  await query(em, EXPIRE);
  await em.transactional(async (tx) => {
    for (const mail of await takeAbandoned<DueMail>(tx, MAILS)) {
      await recordMailFailed(tx, mail, { answer: ABANDONED, isFinal: true, unsure: false });
    }
  });
  return takeDue(em, MAILS, limit);
}

export function openMail(keyring: Keyring, { id, kind, sealedValues }: DueMail): MailContent {
  return { kind, values: JSON.parse(keyring.decrypt(sealedValues, placeOf(id))) } as MailContent;
}

const EXPIRE = `
update mails set state = 'failed', next_attempt_at = null, sealed_values = null,
       answer = concat_ws('; ', answer, 'not sent in time: its link has expired')
 where state = 'waiting' and expires_at < now()`;

/** The links are forgotten with it: who can read the database later finds none. */
export async function recordMailDelivered(
  em: EntityManager,
  id: string,
  answer: string,
): Promise<void> {
  await query(
    em,
    `update mails set state = 'delivered', answer = $2, delivered_at = now(), next_attempt_at = null, sealed_values = null
     where id = $1`,
    [id, answer],
  );
}

export interface MailFailure {
  /** The server's own words, or what kept us from hearing any. */
  answer: string;

  /** The server has spoken: trying again would change nothing. */
  isFinal: boolean;

  /** The message was handed over whole, and the answer was lost. */
  unsure: boolean;
}

/** Keeps the reason. A mail whose arrival is unsure is tried once more, so that it arrives twice at most. */
export async function recordMailFailed(
  em: EntityManager,
  mail: DueMail,
  { answer, isFinal, unsure }: MailFailure,
): Promise<void> {
  const isOver = isFinal || mail.attempts > MAILS.rests.length || (unsure && mail.unsure);
  await query(
    em,
    `update mails set answer = $2, unsure = unsure or $3,
            state = case when $4 then 'failed' else state end,
            next_attempt_at = case when $4 then null else next_attempt_at end,
            sealed_values = case when $4 then null else sealed_values end
     where id = $1`,
    [mail.id, answer, unsure, isOver],
  );
}

/** A message as administrators see it: where it went and what came of it. */
export interface QueuedMail {
  id: string;
  kind: MailKind;
  recipient: string;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  answer: string | null;
  createdAt: string;
  nextAttemptAt: string | null;
}

/** The newest first, from the one before `before` on; those of one person, or of all. */
export async function listMails(
  em: EntityManager,
  {
    before,
    userId,
    limit,
  }: { before?: string | undefined; userId?: string | undefined; limit: number },
): Promise<QueuedMail[]> {
  return query(em, LIST, [before ?? null, limit, userId ?? null]);
}

const LIST = `
select id, kind, recipient, state, attempts, answer,
       to_char(created_at at time zone 'utc', '${ISO}') as "createdAt",
       to_char(next_attempt_at at time zone 'utc', '${ISO}') as "nextAttemptAt"
from mails
where ($1::uuid is null or (created_at, id) < (select created_at, id from mails where id = $1::uuid))
  and ($3::uuid is null or user_id = $3::uuid)
order by created_at desc, id desc limit $2`;

/** Makes a waiting mail due now. What was delivered or given up has no content any more that could be sent. */
export async function retryMail(em: EntityManager, id: string): Promise<void> {
  const rows = await query(em, RETRY, [id]);
  if (rows.length === 0) {
    throw new Refusal(
      'not_found',
      'This mail does not wait any more: it was delivered or given up',
    );
  }
}

const RETRY = `
with due as (update mails set next_attempt_at = now() where id = $1 and state = 'waiting' returning id)
select pg_notify('registry', json_build_object('table', 'mails', 'key', id)::text) from due`;

function placeOf(id: string): string {
  return `mails/${id}/sealed_values`;
}
