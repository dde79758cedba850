import { AsyncLocalStorage } from 'node:async_hooks';
import { Provider } from 'oidc-provider';
import type { RequestOrigin } from '#core';

const origins = new WeakMap<object, RequestOrigin>();
const ofOurRoutes = new AsyncLocalStorage<RequestOrigin>();

/**
 * Keeps where a request came from, as Fastify found out through trusted proxies. oidc-provider sees the raw request
 * only, and would believe any X-Forwarded-For.
 */
export function rememberOrigin(raw: object, origin: RequestOrigin): void {
  origins.set(raw, origin);
}

/** For what a route of ours has oidc-provider keep. */
export function withOrigin<T>(origin: RequestOrigin, work: () => T): T {
  return ofOurRoutes.run(origin, work);
}

/** For middleware, which oidc-provider's own context does not reach. */
export function originOfRaw(raw: object): RequestOrigin | undefined {
  return origins.get(raw);
}

/** Of the request that is being answered now, for the audit log. */
export function currentOrigin(): RequestOrigin | undefined {
  return ofOurRoutes.getStore() ?? originOfRaw(Provider.ctx?.req ?? {});
}
