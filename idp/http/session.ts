import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  createToken,
  endSession,
  findPerson,
  findSession,
  getGeneralSettings,
  hashToken,
  type LivingSession,
  mailPerson,
  type Person,
  Refusal,
  type RequestOrigin,
  recordAudit,
  recordBrowser,
  recordSignIn,
  type SignInMethod,
  type User,
} from '#core';
import { toImagePath } from '../images/image-path.ts';
import type { Person as PersonView } from '../sessions/session.schemas.ts';
import { cookieNames, readCookie, setCookie } from './cookies.ts';
import { nameDevice } from './device.ts';
import type { Services } from './services.ts';

export interface SignedIn {
  session: LivingSession;
  user: Person;
}

/** Who is signed in in this browser (a request with an API key comes from none); asked of the database at every request, so that an ended session is dead at once. */
export async function findSignedIn(
  request: FastifyRequest,
  { config }: Services,
): Promise<SignedIn | null> {
  const token = request.keyHolder ? null : readCookie(request, cookieNames(config).session);
  return token ? findSession(request.em, token) : null;
}

/** For what is about the session itself, or asks for a person's hands. */
export async function requireSignedIn(
  request: FastifyRequest,
  services: Services,
): Promise<SignedIn> {
  if (request.keyHolder) {
    throw new Refusal('api_key_not_allowed', 'An API key may not do this; sign in to do it');
  }
  const signedIn = await findSignedIn(request, services);
  if (!signedIn) {
    throw new Refusal('not_signed_in', 'Please sign in first');
  }
  return signedIn;
}

/** A passkey older than this may be somebody who left the screen open. */
const FRESH_MS = 5 * 60_000;
const LOGIN_LINK_MS = 15 * 60_000;

/**
 * For what a session alone may not do. A login link lets somebody in who has no passkey any more, so shortly after it
 * one may be added; nothing else that asks for a passkey takes it for one.
 */
export async function requireFreshPasskey(
  request: FastifyRequest,
  services: Services,
  { orLoginLink = false }: { orLoginLink?: boolean } = {},
): Promise<SignedIn> {
  const signedIn = await requireSignedIn(request, services);
  const { method, authenticatedAt } = signedIn.session;
  const age = Date.now() - authenticatedAt.getTime();
  const isFresh = method === 'passkey' && age < FRESH_MS;
  if (!isFresh && !(orLoginLink && method === 'login_link' && age < LOGIN_LINK_MS)) {
    throw new Refusal('fresh_passkey_required', 'Use your passkey again to do this');
  }
  return signedIn;
}

/** Signs the person in in this browser, in the caller's transaction. Every way in ends here. */
export async function signIn(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  proof: { userId: string; method: SignInMethod },
): Promise<void> {
  const previous = await findSignedIn(request, services);
  const settings = await getGeneralSettings(request.em);
  const { ip, userAgent } = originOf(request);
  const { id, token, expiresAt } = await recordSignIn(request.em, {
    ...proof,
    device: { ip, userAgent },
    lifetime: settings.sessionLifetime,
    idleLifetime: settings.sessionIdleLifetime,
    previous: previous?.session ?? null,
  });
  const browser = bindBrowser(request, reply, services);
  const isNew = await recordBrowser(request.em, proof.userId, browser);
  if (isNew && settings.mailNewDevices) {
    await tellOfNewDevice(request, services, proof.userId);
  }
  setCookie(reply, services.config, {
    name: cookieNames(services.config).session,
    value: token,
    expires: expiresAt,
  });
  await recordAudit(request.em, {
    event: 'signed_in',
    actor: `user:${proof.userId}`,
    userId: proof.userId,
    target: `session:${id}`,
    origin: originOf(request),
    details: { method: proof.method, again: previous?.user.id === proof.userId, newDevice: isNew },
  });
}

async function tellOfNewDevice(
  request: FastifyRequest,
  { keyring }: Services,
  userId: string,
): Promise<void> {
  const person = await findPerson(request.em, userId);
  const { ip, userAgent } = originOf(request);
  if (person) {
    await mailPerson(request.em, keyring, {
      kind: 'new_device',
      to: person,
      values: {
        device: nameDevice(userAgent) ?? '?',
        ip: ip ?? '?',
        at: new Date().toISOString(),
      },
    });
  }
}

export async function signOut(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
): Promise<SignedIn | null> {
  const signedIn = await findSignedIn(request, services);
  if (signedIn) {
    await endSession(request.em, signedIn.session.id);
  }
  reply.clearCookie(cookieNames(services.config).session, { path: '/' });
  return signedIn;
}

/** The longest that browsers keep a cookie (RFC 6265bis §5.5). */
const BROWSER_LIFETIME_MS = 400 * 24 * 3600_000;

/** Names this browser: the hash of a cookie made for nothing else. Ceremonies belong to it, and people know theirs. */
export function bindBrowser(
  request: FastifyRequest,
  reply: FastifyReply,
  { config }: Services,
): string {
  const name = cookieNames(config).browser;
  const known = readCookie(request, name);
  const value = known ?? createToken();
  if (!known) {
    setCookie(reply, config, {
      name,
      value,
      expires: new Date(Date.now() + BROWSER_LIFETIME_MS),
    });
  }
  return hashToken(value);
}

export function originOf(request: FastifyRequest): RequestOrigin {
  return {
    ip: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, 256) ?? null,
    requestId: request.id,
  };
}

/** Somebody as the pages know them. */
export function toPerson(person: Person | User): PersonView {
  const { id, username, displayName, email, isAdmin, language, picture } = person;
  const pictureUrl = picture ? toImagePath(picture) : null;
  return { id, username, displayName, email, isAdmin, language: language ?? null, pictureUrl };
}
