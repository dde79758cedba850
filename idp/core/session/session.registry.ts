import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { createToken, hashToken } from '../encryption/token.ts';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';
import type { Person } from '../user/user.registry.ts';
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

  /** Seconds without use after which it ends sooner; null: never. */
  idleLifetime: number | null;

  /** The browser's session so far. Kept (with a new token) when it is the same person's, ended when not. */
  previous: Pick<Session, 'id' | 'userId'> | null;
}

/** Signs a person in. The token is always new, so a token planted before sign-in is worth nothing after. */
export async function recordSignIn(
  em: EntityManager,
  signIn: SignIn,
): Promise<{ id: string; token: string; expiresAt: Date }> {
  const { userId, previous, method, device, lifetime, idleLifetime } = signIn;
  const token = createToken();
  const now = new Date();
  const expiresAt = new Date(now.getTime() + lifetime * 1000);
  const proof = [
    hashToken(token),
    method,
    now,
    expiresAt,
    device.ip,
    device.userAgent,
    idleLifetime,
  ];

  if (previous?.userId === userId) {
    const { id } = previous;
    if ((await query(em, RENEW, [id, ...proof])).length === 1) {
      return { id, token, expiresAt };
    }
  }
  if (previous) {
    await endSession(em, previous.id);
  }
  const id = randomUUID();
  await query(em, BEGIN, [id, ...proof, userId]);
  return { id, token, expiresAt };
}

const RENEW = `
update sessions set token_hash = $2, method = $3, authenticated_at = $4, ends_at = $5::timestamptz, ip = $6, user_agent = $7,
  idle_seconds = $8::int, expires_at = least($5::timestamptz, now() + make_interval(secs => $8::int))
where id = $1 returning id`;

const BEGIN = `
insert into sessions (id, token_hash, method, authenticated_at, ends_at, ip, user_agent, idle_seconds, user_id,
  created_at, expires_at)
values ($1, $2, $3, $4, $5::timestamptz, $6, $7, $8::int, $9, $4, least($5::timestamptz, now() + make_interval(secs => $8::int)))`;

/** A session as far as requests need it. */
export interface LivingSession {
  id: string;
  userId: string;
  tokenHash: string;
  method: SignInMethod;
  authenticatedAt: Date;
}

/** The living session behind a cookie, with its person; null when ended, expired or its person is disabled. */
export async function findSession(
  em: EntityManager,
  token: string,
): Promise<{ session: LivingSession; user: Person } | null> {
  const tokenHash = hashToken(token);
  const [row] = await query<Row>(em, FIND, [tokenHash]);
  if (!row) {
    return null;
  }
  const { session: id, method, at, moves, ...user } = row;
  if (moves) {
    await query(em, MOVE, [id]);
  }
  const authenticatedAt = new Date(at);
  return { session: { id, userId: user.id, tokenHash, method, authenticatedAt }, user };
}

interface Row extends Person {
  session: string;
  method: SignInMethod;
  at: number;

  /** Its idle time is to be counted from now. Once a minute is often enough. */
  moves: boolean;
}

const FIND = `
select s.id as session, s.method,
       s.idle_seconds is not null
         and s.expires_at < least(s.ends_at, now() + make_interval(secs => s.idle_seconds - 60)) as moves,
       (extract(epoch from s.authenticated_at) * 1000)::float8 as at,
       u.id, u.username, u.display_name as "displayName", u.email, u.is_admin as "isAdmin", u.language, u.picture
from sessions s join users u on u.id = s.user_id
where s.token_hash = $1 and s.expires_at > now() and u.disabled_at is null`;

/** Losing this in a crash costs at most the minute it counted. */
const MOVE = `
update sessions set expires_at = least(ends_at, now() + make_interval(secs => idle_seconds)) where id = $1`;

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
