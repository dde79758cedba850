import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ApiKeyScope, findApiKey, type Person, Refusal, TooManyAttempts } from '#core';
import { createFailures, type Failures } from './failures.ts';
import { OF_WRONG_API_KEYS } from './limits.ts';
import { isSafe } from './security.ts';
import type { Services } from './services.ts';

/** For whom a request with an API key speaks. */
interface KeyHolder {
  /** `static` for STATIC_API_KEY, which is nobody's and may do what administrators may. */
  keyId: string;
  scope: ApiKeyScope;
  user: Person | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null when the request has no API key; a wrong one never gets as far as a route. */
    keyHolder: KeyHolder | null;
  }
}

/**
 * A request that brings an API key is judged by it alone: its cookies count for nothing, so no other site gains
 * anything by making a browser send one. Everything else has to come from our own pages.
 */
export function addApiKeys(app: FastifyInstance, services: Services): void {
  const failures = createFailures();
  app.addHook('onRequest', async (request) => {
    const token = readApiKey(request);
    if (token === null) {
      return;
    }
    request.keyHolder = await identify(request, services, { token, failures });
    if (!isSafe(request.method)) {
      assertScope(request.keyHolder);
    }
  });
}

export function hasApiKey(request: FastifyRequest): boolean {
  return readApiKey(request) !== null;
}

function readApiKey({ headers }: FastifyRequest): string | null {
  const own = headers['x-api-key'];
  if (own !== undefined) {
    return String(own);
  }
  return /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** A right key is taken whatever others in its network have tried: nobody guesses 256 random bits. */
async function identify(
  request: FastifyRequest,
  { config }: Services,
  { token, failures }: { token: string; failures: Failures },
): Promise<KeyHolder> {
  if (config.STATIC_API_KEY !== null && isEqual(token, config.STATIC_API_KEY)) {
    return { keyId: 'static', scope: 'full', user: null };
  }
  const holder = await findApiKey(request.em, token);
  if (!holder) {
    const limit = OF_WRONG_API_KEYS(request.ip);
    failures.assertMayTry(limit);
    const wait = await failures.count(request.em, limit);
    throw wait > 0
      ? new TooManyAttempts(wait)
      : new Refusal('api_key_not_valid', 'This API key is wrong, has expired or was revoked');
  }
  return holder;
}

/** Takes the same time wherever the two differ. */
function isEqual(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

function assertScope({ scope }: KeyHolder): void {
  if (scope === 'read-only') {
    throw new Refusal('api_key_read_only', 'This API key may read and change nothing');
  }
}
