import type { FastifyInstance } from 'fastify';
import { originOf } from '../http/session.ts';
import type { LiveProvider } from './oidc.keys.ts';
import { rememberOrigin } from './request-origins.ts';

// The busy ones by name, so that each is measured by itself.
const PATHS = [
  '/oauth/authorize',
  '/oauth/token',
  '/oauth/userinfo',
  '/oauth/introspect',
  '/oauth/revoke',
  '/oauth/logout',
  '/oauth/device/code',
  '/device/:uid',
  '/oauth/*',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/jwks.json',
];

/** Hands requests to oidc-provider, which reads bodies itself and answers past Fastify. */
export async function oidcPlugin(app: FastifyInstance, live: LiveProvider): Promise<void> {
  const { host, protocol } = new URL(live.services.config.APP_URL);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));

  for (const url of PATHS) {
    app.all(url, (request, reply) => {
      // It builds every URL from these headers, so a forged Host would end up in discovery and in links.
      request.raw.headers.host = host;
      request.raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      delete request.raw.headers['x-forwarded-host'];
      rememberOrigin(request.raw, originOf(request));
      reply.hijack();
      void live.answer(request.raw, reply.raw);
    });
  }
}
