import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { createToken, hashToken } from '../encryption/token.ts';
import { Refusal } from '../errors.ts';
import { User } from '../user/user.entity.ts';
import { Session, type SignInMethod } from './session.entity.ts';

export interface Device {
  ip: string | null;
  userAgent: string | null;
}

export interface SignIn {
  userId: string;
  method: SignInMethod;
  device: Device;

  /** Seconds until the session ends whatever happens. */
  lifetime: number;

  /** The browser's session so far. Kept (with a new token) when it is the same person's, ended when not. */
  previous: Session | null;
}

/** Signs a person in. The token is always new, so a token planted before sign-in is worth nothing after. */
export async function recordSignIn(
  em: EntityManager,
  signIn: SignIn,
): Promise<{ token: string; session: Session }> {
  const token = createToken();
  const now = new Date();
  const proof = {
    tokenHash: hashToken(token),
    method: signIn.method,
    authenticatedAt: now,
    expiresAt: new Date(now.getTime() + signIn.lifetime * 1000),
    ...signIn.device,
  };

  if (signIn.previous?.userId === signIn.userId) {
    const kept = await em.nativeUpdate(Session, { id: signIn.previous.id }, proof);
    if (kept === 1) {
      return {
        token,
        session: await em.findOneOrFail(Session, { id: signIn.previous.id }, { refresh: true }),
      };
    }
  } else if (signIn.previous) {
    await endSession(em, signIn.previous.id);
  }
  const session = em.create(Session, { id: randomUUID(), userId: signIn.userId, ...proof });
  await em.persist(session).flush();
  return { token, session };
}

/** The living session behind a cookie, with its person; null when ended, expired or its person is disabled. */
export async function findSession(
  em: EntityManager,
  token: string,
): Promise<{ session: Session; user: User } | null> {
  const session = await em.findOne(Session, {
    tokenHash: hashToken(token),
    expiresAt: { $gt: new Date() },
  });
  const user = session && (await em.findOne(User, { id: session.userId, disabledAt: null }));
  return session && user ? { session, user } : null;
}

/** Ends a session and, by the database's cascade, everything issued that lives only as long. Safe to repeat. */
export async function endSession(em: EntityManager, id: string): Promise<void> {
  await em.nativeDelete(Session, { id });
}

/** The living sessions of a person, the newest first. */
export async function listSessions(em: EntityManager, userId: string): Promise<Session[]> {
  return em.find(
    Session,
    { userId, expiresAt: { $gt: new Date() } },
    { orderBy: { authenticatedAt: 'desc' } },
  );
}

/** Ends one session of this person; nobody else's is ever touched. */
export async function endSessionOf(em: EntityManager, userId: string, id: string): Promise<void> {
  if ((await em.nativeDelete(Session, { id, userId })) === 0) {
    throw new Refusal('not_found', 'There is no such session; it may have ended already');
  }
}

/** Ends all sessions of a person but one. Says how many. */
export async function endOtherSessions(
  em: EntityManager,
  userId: string,
  keptId: string,
): Promise<number> {
  return em.nativeDelete(Session, { userId, id: { $ne: keptId } });
}
