import type { EntityManager } from '@mikro-orm/postgresql';
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

export async function findPasskey(em: EntityManager, id: string): Promise<Passkey | null> {
  return em.findOne(Passkey, { id });
}

export async function addPasskey(em: EntityManager, passkey: NewPasskey): Promise<void> {
  await em.persist(em.create(Passkey, passkey)).flush();
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
