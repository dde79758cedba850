import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';
import { User } from './user.entity.ts';
import { assertSeen } from './user.rules.ts';

export type By = Pick<AuditRecord, 'actor' | 'origin'>;

/** Ends everything the person has going, everywhere, in the moment in which the account is disabled. */
export async function disableUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_disabled' }, async (tx, user) => {
    await assertAnotherAdmin(tx, user);
    user.disabledAt = new Date();
    await endEverything(tx, id);
  });
}

export async function enableUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_enabled' }, async (_tx, user) => {
    user.disabledAt = null;
  });
}

export async function promoteUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_promoted' }, async (_tx, user) => {
    user.isAdmin = true;
  });
}

export async function demoteUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_demoted' }, async (tx, user) => {
    await assertAnotherAdmin(tx, user);
    user.isAdmin = false;
  });
}

/** The account and all that hangs on it; what it did stays in the audit log. Its id is never used again. */
export async function deleteUser(
  em: EntityManager,
  id: string,
  by: By,
  seen: string | null = null,
): Promise<void> {
  await change(em, { id, by, event: 'user_deleted' }, async (tx, user) => {
    assertSeen(user, seen);
    await assertAnotherAdmin(tx, user);
    await tx.remove(user).flush();
  });
}

interface Change {
  id: string;
  by: By;
  event: AuditRecord['event'];
}

async function change(
  em: EntityManager,
  { id, by, event }: Change,
  work: (em: EntityManager, user: User) => Promise<void>,
): Promise<void> {
  await em.transactional(async (tx) => {
    const user = await holdUser(tx, id);
    const facts = { username: user.username, email: user.email, isAdmin: user.isAdmin };
    // First, because it keeps the name of who may be gone afterwards.
    await recordAudit(tx, { ...by, event, userId: id, target: `user:${id}`, details: facts });
    await work(tx, user);
    await tx.flush();
  });
}

/** The account as it is now, held for the rest of the transaction. */
export async function holdUser(tx: EntityManager, id: string): Promise<User> {
  // Everybody's changes of administrators wait for each other here, so that two never remove each other.
  await query(tx, 'select 1 from users where is_admin or id = $1 order by id for update', [id]);
  const user = await tx.findOne(User, { id }, { refresh: true });
  if (!user) {
    throw new Refusal('not_found', 'There is no such user; the account may have been deleted');
  }
  return user;
}

async function assertAnotherAdmin(em: EntityManager, { id, isAdmin, disabledAt }: User) {
  const others = await em.count(User, { isAdmin: true, disabledAt: null, id: { $ne: id } });
  if (isAdmin && !disabledAt && others === 0) {
    throw new Refusal(
      'last_administrator',
      'This is the last administrator. Make somebody else one first, or nobody can change the settings again',
    );
  }
}

/** Applications hear of the ended sessions by back-channel logout; tokens and links are gone at once. */
async function endEverything(em: EntityManager, userId: string): Promise<void> {
  for (const table of ['sessions', 'oidc_records', 'login_links']) {
    await query(em, `delete from ${table} where user_id = $1`, [userId]);
  }
}
