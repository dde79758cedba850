import type { FastifyRequest } from 'fastify';
import { type Person, Refusal, type RequestOrigin } from '#core';
import type { Services } from './services.ts';
import { originOf, requireSignedIn } from './session.ts';

/** On whose behalf a request is made, and how the audit log names them. */
export interface Caller {
  /** `user:<id>` or `api-key:<id>`. */
  actor: string;
  origin: RequestOrigin;

  /** Null for STATIC_API_KEY, which is nobody's. */
  user: Person | null;
}

/** An administrator who is signed in, or a key of one. */
export async function requireAdministrator(
  request: FastifyRequest,
  services: Services,
): Promise<Caller> {
  const caller = await identify(request, services);
  if (caller.user && !caller.user.isAdmin) {
    throw new Refusal('not_allowed', 'Only administrators may do this');
  }
  return caller;
}

/** For what people see and do of their own, by hand or by a key of theirs. */
export async function requirePerson(
  request: FastifyRequest,
  services: Services,
): Promise<Caller & { user: Person }> {
  const { user, ...caller } = await identify(request, services);
  if (!user) {
    throw new Refusal('api_key_not_allowed', 'This API key is nobody’s, and has no account');
  }
  return { ...caller, user };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever asks is looked up once for each request. */
    caller: Caller | null;
  }
}

async function identify(request: FastifyRequest, services: Services): Promise<Caller> {
  request.caller ??= await lookUp(request, services);
  return request.caller;
}

async function lookUp(request: FastifyRequest, services: Services): Promise<Caller> {
  const origin = originOf(request);
  if (request.keyHolder) {
    const { keyId, user } = request.keyHolder;
    return { actor: `api-key:${keyId}`, origin, user };
  }
  const { user } = await requireSignedIn(request, services);
  return { actor: `user:${user.id}`, origin, user };
}
