import { LockMode } from '@mikro-orm/core';
import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { type RequestOrigin, recordAudit } from '../audit/audit.registry.ts';
import { createToken, hashToken } from '../encryption/token.ts';
import { AlreadyTaken, Refusal } from '../errors.ts';
import { query } from '../query.ts';
import { User } from '../user/user.entity.ts';

const LIFETIME_SECONDS = 24 * 3_600;

/**
 * Makes a link that shows that this person reads this mailbox, for the address they have or the one they want. It
 * takes the place of the one made before, and is dead once the account has another address than now.
 */
export async function createEmailVerification(
  em: EntityManager,
  user: Pick<User, 'id' | 'email'>,
  email: string,
): Promise<{ token: string; expiresAt: Date }> {
  const token = createToken();
  const [row] = await query<{ expires_at: string }>(em, CREATE, [
    user.id,
    hashToken(token),
    email,
    user.email,
    LIFETIME_SECONDS,
  ]);
  return { token, expiresAt: new Date(row?.expires_at ?? 0) };
}

const CREATE = `
insert into email_verifications (user_id, token_hash, email, replaces, expires_at)
values ($1, $2, $3, $4, now() + make_interval(secs => $5))
on conflict (user_id) do update set token_hash = excluded.token_hash, email = excluded.email,
  replaces = excluded.replaces, expires_at = excluded.expires_at
returning expires_at`;

/** The address that waits to be confirmed; null when none does. */
export async function findPendingEmail(em: EntityManager, userId: string): Promise<string | null> {
  const [row] = await query<{ email: string }>(
    em,
    `select v.email from email_verifications v join users u on u.id = v.user_id
     where v.user_id = $1 and v.expires_at > now() and u.email = v.replaces`,
    [userId],
  );
  return row?.email ?? null;
}

/** Safe to repeat. */
export async function withdrawEmailVerification(em: EntityManager, userId: string): Promise<void> {
  await query(em, 'delete from email_verifications where user_id = $1', [userId]);
}

const ALIVE =
  'v.token_hash = $1 and v.expires_at > now() and u.id = v.user_id and u.email = v.replaces';

/** What the link is about, for whoever opened it. */
export async function getEmailVerification(
  em: EntityManager,
  token: string,
): Promise<{ email: string; username: string }> {
  const [row] = await query<{ email: string; username: string }>(
    em,
    `select v.email, u.username from email_verifications v, users u where ${ALIVE} and u.disabled_at is null`,
    [hashToken(token)],
  );
  if (!row) {
    throw notValid();
  }
  return row;
}

/** Takes the link, as a compare-and-set, and the address counts from now on. */
export async function confirmEmail(
  em: EntityManager,
  token: string,
  origin: RequestOrigin,
): Promise<void> {
  await em.transactional(async (tx) => {
    const [taken] = await query<Taken>(
      tx,
      `delete from email_verifications v using users u where ${ALIVE} and u.disabled_at is null
       returning v.user_id as "userId", v.email, v.replaces`,
      [hashToken(token)],
    );
    if (!taken) {
      throw notValid();
    }
    await setEmail(tx, taken, origin);
  });
}

interface Taken {
  userId: string;
  email: string;
  replaces: string;
}

async function setEmail(
  em: EntityManager,
  { userId, email, replaces }: Taken,
  origin: RequestOrigin,
): Promise<void> {
  const user = await em.findOneOrFail(
    User,
    { id: userId },
    { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
  );
  // Somebody may have changed it between the two statements.
  if (user.email !== replaces) {
    throw notValid();
  }
  const before = { email: user.email, emailVerified: user.emailVerified };
  const after = { email, emailVerified: true };
  try {
    await em.persist(em.assign(user, after)).flush();
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) {
      // Only who reads this mailbox gets here.
      throw new AlreadyTaken('email', 'Another account has confirmed this address meanwhile');
    }
    throw error;
  }
  await recordAudit(em, {
    event: 'account_changed',
    actor: `user:${userId}`,
    userId,
    origin,
    details: { before, after },
  });
}

function notValid(): Refusal {
  return new Refusal(
    'email_verification_not_valid',
    'This link has expired, was already used, or belongs to an address that is no longer asked for',
  );
}
