import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { OwnedElsewhere, Refusal } from '../errors.ts';
import { query } from '../query.ts';
import { findSettings } from '../settings/settings.registry.ts';
import { User } from './user.entity.ts';
import { assertSeen } from './user.rules.ts';

export type By = Pick<AuditRecord, 'actor' | 'origin'>;

/** Ends everything the person has going, everywhere, in the moment in which the account is disabled. */
export async function disableUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_disabled' }, async (tx, user) => {
    await assertAnotherAdmin(tx, user);
    user.disabledAt ??= new Date();
    // From here on it is an administrator's decision, which the directory does not take back.
    user.leftDirectoryAt = null;
    await endEverything(tx, [id]);
  });
}

export async function enableUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_enabled' }, async (_tx, user) => {
    if (user.leftDirectoryAt) {
      throw new OwnedElsewhere(`that "${user.username}" has left the directory`, user.owner);
    }
    user.disabledAt = null;
  });
}

export async function promoteUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_promoted' }, async (tx, user) => {
    await assertNoAdminGroup(tx, user);
    user.isAdmin = true;
  });
}

export async function demoteUser(em: EntityManager, id: string, by: By): Promise<void> {
  await change(em, { id, by, event: 'user_demoted' }, async (tx, user) => {
    await assertNoAdminGroup(tx, user);
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
    // Whoever is still there would be made anew by the next run, as somebody else.
    if (user.owner === 'ldap' && !user.leftDirectoryAt) {
      throw new OwnedElsewhere(`the account "${user.username}"`, user.owner);
    }
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

/** Where the directory has a group for administrators, it alone says who of its people is one. */
async function assertNoAdminGroup(em: EntityManager, { username, owner }: User): Promise<void> {
  if (owner === 'ldap' && (await findSettings(em, 'ldap'))?.value.adminGroup) {
    throw new OwnedElsewhere(`whether "${username}" is an administrator`, owner);
  }
}

/** Applications hear of the ended sessions by back-channel logout; tokens and links are gone at once. */
export async function endEverything(em: EntityManager, userIds: string[]): Promise<void> {
  for (const table of ['sessions', 'oidc_records', 'login_links']) {
    await query(em, `delete from ${table} where user_id = any($1)`, [userIds]);
  }
}
