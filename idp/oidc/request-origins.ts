import { Provider } from 'oidc-provider';
import type { RequestOrigin } from '#core';

const origins = new WeakMap<object, RequestOrigin>();

/**
 * Keeps where a request came from, as Fastify found out through trusted proxies. oidc-provider sees the raw request
 * only, and would believe any X-Forwarded-For.
 */
export function rememberOrigin(raw: object, origin: RequestOrigin): void {
  origins.set(raw, origin);
}

/** Of the request that is being answered now, for the audit log. */
export function currentOrigin(): RequestOrigin | undefined {
  return origins.get(Provider.ctx?.req ?? {});
}
