import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '#core';
import type { Config } from '../config.ts';

/** No page of ours submits a form or runs inline code, so everything can be closed. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
};

/** Sets the headers on the raw response, because oidc-provider answers past Fastify. */
export function addSecurityHeaders(app: FastifyInstance, config: Config): void {
  const headers = Object.entries(
    config.APP_URL.startsWith('https:')
      ? { ...HEADERS, 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : HEADERS,
  );
  app.addHook('onRequest', async (_request, reply) => {
    for (const [name, value] of headers) {
      reply.raw.setHeader(name, value);
    }
  });
}

/** For the one or two pages of oidc-provider that post a form by themselves (`form_post`, sign-out). */
export function allowFormPost(policy: string): string {
  return policy.replace(
    "form-action 'none'",
    "form-action 'self' https: http://localhost:* http://127.0.0.1:*",
  );
}

/** Changes nothing, whoever sends it. */
export function isSafe(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method);
}

/**
 * Refuses what another site makes a browser send: by Fetch metadata where the browser tells it, else by Origin.
 * A request with neither comes from no browser and carries no cookie worth stealing.
 */
export function refuseCrossSite(
  appUrl: string,
  { unless = () => false }: { unless?: (request: FastifyRequest) => boolean } = {},
) {
  return async (request: FastifyRequest): Promise<void> => {
    const { method, headers } = request;
    const site = headers['sec-fetch-site'];
    const sameOrigin = site ? site === 'same-origin' : (headers.origin ?? appUrl) === appUrl;
    if (!isSafe(method) && !sameOrigin && !unless(request)) {
      throw new Refusal(
        'cross_site',
        'This request was sent by another site and was not carried out',
      );
    }
  };
}
