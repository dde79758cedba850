import { type Client, errors, Provider } from 'oidc-provider';
import { type Database, isDatabaseAway, TooManyAttempts } from '#core';
import { createFailures, type Failures } from '../../http/failures.ts';
import { OF_CLIENT, OF_UNKNOWN_CLIENTS } from '../../http/limits.ts';
import { originOfRaw } from '../request-origins.ts';

/** Where a client has to say who it is, and can be wrong. */
const ROUTES = new Set([
  'token',
  'introspection',
  'revocation',
  'pushed_authorization_request',
  'device_authorization',
]);

/**
 * Whoever proves a client wrongly too often is not looked at for a while: each client by itself, so that one
 * application with a wrong secret never closes the door to the others of its cluster. A right proof costs nothing.
 */
export function limitFailedClients(provider: Provider, database: Database): void {
  const failures = createFailures();
  refuseBeforeLooking(provider, failures);
  provider.use(async (ctx, next) => {
    await next();
    if ((ctx.body as { error?: string } | undefined)?.error !== 'invalid_client') {
      return;
    }
    const wait = await failures
      .count(database.em.fork(), limitOf(ctx.req, ctx.oidc?.client))
      .catch((error) => {
        // The refusal stands without a database.
        if (!isDatabaseAway(error)) {
          throw error;
        }
        return 0;
      });
    if (wait > 0) {
      const { error, error_description, statusCode } = toOAuth(ctx, new TooManyAttempts(wait));
      ctx.body = { error, error_description };
      ctx.status = statusCode;
    }
  });
}

function refuseBeforeLooking(provider: Provider, failures: Failures): void {
  const { Client } = provider;
  const find = Client.find.bind(Client);
  Client.find = async (id) => {
    const ctx = Provider.ctx;
    if (!ctx || ctx.oidc.client || !ROUTES.has(ctx.oidc.route)) {
      return find(id);
    }
    try {
      failures.assertMayTry(OF_CLIENT(id, originOfRaw(ctx.req)?.ip));
      const client = await find(id);
      failures.assertMayTry(limitOf(ctx.req, client));
      return client;
    } catch (error) {
      throw error instanceof TooManyAttempts ? toOAuth(ctx, error) : error;
    }
  };
}

function limitOf(request: object, client: Client | undefined) {
  const ip = originOfRaw(request)?.ip;
  return client ? OF_CLIENT(client.clientId, ip) : OF_UNKNOWN_CLIENTS(ip);
}

/** OAuth has no word for it. The status and Retry-After are what libraries look at. */
function toOAuth(ctx: { set(name: string, value: string): void }, refusal: TooManyAttempts) {
  ctx.set('retry-after', String(refusal.retryAfter));
  return Object.assign(new errors.TemporarilyUnavailable(), {
    error_description: refusal.message,
    status: 429,
    statusCode: 429,
  });
}
