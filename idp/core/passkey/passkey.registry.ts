import type { EntityManager } from '@mikro-orm/postgresql';
import { InvalidInput, Refusal } from '../errors.ts';
import { query } from '../query.ts';
import { Passkey } from './passkey.entity.ts';

export type NewPasskey = Pick<
  Passkey,
  | 'id'
  | 'userId'
  | 'publicKey'
  | 'counter'
  | 'transports'
  | 'backupEligible'
  | 'backedUp'
  | 'aaguid'
  | 'name'
>;

/** What a signature is checked against, and whose it is. */
export type KnownPasskey = Pick<
  Passkey,
  'id' | 'userId' | 'publicKey' | 'counter' | 'backupEligible'
>;

export async function findPasskey(em: EntityManager, id: string): Promise<KnownPasskey | null> {
  const [passkey] = await query<KnownPasskey>(
    em,
    `select id, user_id as "userId", public_key as "publicKey", counter::float8 as counter,
            backup_eligible as "backupEligible"
     from passkeys where id = $1`,
    [id],
  );
  return passkey ?? null;
}

export async function addPasskey(em: EntityManager, passkey: NewPasskey): Promise<Passkey> {
  const row = em.create(Passkey, passkey);
  await em.persist(row).flush();
  return row;
}

/** Keeps what the last use told: the counter only ever grows, even when two uses race. */
export async function recordPasskeyUse(
  em: EntityManager,
  id: string,
  use: { counter: number; backedUp: boolean },
): Promise<void> {
  await query(
    em,
    'update passkeys set counter = greatest(counter, $1), backed_up = $2, last_used_at = now() where id = $3',
    [use.counter, use.backedUp, id],
  );
}

/** Names one passkey of one person: nobody else's is ever touched. */
export interface OwnPasskey {
  id: string;
  userId: string;
}

export async function listPasskeys(em: EntityManager, userId: string): Promise<Passkey[]> {
  return em.find(Passkey, { userId }, { orderBy: { createdAt: 'asc' } });
}

export async function renamePasskey(
  em: EntityManager,
  passkey: OwnPasskey,
  name: string,
): Promise<Passkey> {
  if (!name.trim() || /\p{Cc}/u.test(name)) {
    throw new InvalidInput(
      'name',
      'A passkey’s name has at least one character and no line breaks',
    );
  }
  const row = await em.findOne(Passkey, passkey);
  if (!row) {
    throw notYours();
  }
  row.name = name.trim();
  await em.flush();
  return row;
}

/** Removes it in the caller's transaction. The last one goes only when that was said: nobody signs in after it. */
export async function removePasskey(
  em: EntityManager,
  passkey: OwnPasskey,
  { evenLast = false }: { evenLast?: boolean | undefined } = {},
): Promise<Passkey> {
  // The person's row is locked, or two removals at once would each see the other's passkey left.
  await query(em, 'select 1 from users where id = $1 for update', [passkey.userId]);
  const all = await em.find(Passkey, { userId: passkey.userId }, { refresh: true });
  const row = all.find(({ id }) => id === passkey.id);
  if (!row) {
    throw notYours();
  }
  if (all.length === 1 && !evenLast) {
    throw new Refusal(
      'last_passkey',
      'This is your only passkey. Without it you cannot sign in again: add another one first',
    );
  }
  await em.remove(row).flush();
  return row;
}

function notYours(): Refusal {
  return new Refusal('not_found', 'Your account has no such passkey');
}
