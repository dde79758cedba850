import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import type { CustomClaim } from '../custom-claim/custom-claim.rules.ts';
import { AlreadyTaken, OwnedElsewhere } from '../errors.ts';
import { listDifferences } from '../owner/adoption.ts';
import { ADMIN } from '../owner/owner.ts';
import type { User } from './user.entity.ts';
import { declareCustomClaims } from './user.registry.ts';
import { assertSeen, toDisplayName, toEmailAddress } from './user.rules.ts';
import {
  type By,
  demoteUser,
  disableUser,
  enableUser,
  holdUser,
  promoteUser,
} from './user-administration.registry.ts';

export interface UserChange {
  displayName?: string;
  email?: string;
  customClaims?: CustomClaim[];
  disabled?: boolean;
  isAdmin?: boolean;
}

/** What administrators change of an account: all of it, or nothing. */
export async function changeUser(
  em: EntityManager,
  id: string,
  { change, by, seen }: { change: UserChange; by: By; seen: string | null },
): Promise<void> {
  await em.transactional(async (tx) => {
    const user = await holdUser(tx, id);
    assertSeen(user, seen);
    await changeDetails(tx, user, { change, by });
    if (change.customClaims) {
      await declareCustomClaims(tx, id, change.customClaims, by);
    }
    for (const step of stepsOf(change)) {
      await step(tx, id, by);
    }
  });
}

/** Who is promoted and enabled at once is enabled first: one step each, one line in the audit log each. */
function stepsOf({ disabled, isAdmin }: UserChange) {
  return [
    ...(disabled === undefined ? [] : [disabled ? disableUser : enableUser]),
    ...(isAdmin === undefined ? [] : [isAdmin ? promoteUser : demoteUser]),
  ];
}

/** An address that an administrator enters is nobody's until its mailbox was shown to be theirs. */
async function changeDetails(
  tx: EntityManager,
  user: User,
  { change: { displayName, email }, by }: { change: UserChange; by: By },
): Promise<void> {
  const wanted = {
    displayName: displayName === undefined ? user.displayName : toDisplayName(displayName),
    email: email === undefined ? user.email : toEmailAddress(email),
  };
  const changed = listDifferences(user, wanted);
  if (changed.length === 0) {
    return;
  }
  if (user.owner !== ADMIN) {
    throw new OwnedElsewhere(`the account "${user.username}"`, user.owner);
  }
  const isOtherMailbox = wanted.email.toLowerCase() !== user.email.toLowerCase();
  tx.assign(user, { ...wanted, ...(isOtherMailbox && { emailVerified: false }) });
  try {
    await tx.flush();
  } catch (error) {
    throw error instanceof UniqueConstraintViolationException
      ? new AlreadyTaken('email', 'Another account uses this email address')
      : error;
  }
  const target = `user:${user.id}`;
  await recordAudit(tx, {
    ...by,
    event: 'account_changed',
    userId: user.id,
    target,
    details: { changed },
  });
}
