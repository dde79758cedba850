import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/** What applications call from server to server; browsers go to the other endpoints. */
const SERVER_SIDE = [
  'token_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
  'introspection_endpoint',
  'revocation_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
];

/**
 * Applications inside the cluster may have no way to the public address. Discovery then names the internal one for
 * what they call themselves; the issuer stays the public one, which is what tokens say.
 */
export function nameInternalEndpoints(
  provider: Provider,
  { appUrl, internalAppUrl }: { appUrl: string; internalAppUrl: string },
): void {
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    await next();
    if (ctx.oidc?.route === 'discovery') {
      const document = ctx.body as Record<string, unknown>;
      for (const name of SERVER_SIDE) {
        const url = document[name];
        if (typeof url === 'string') {
          document[name] = url.replace(appUrl, internalAppUrl);
        }
      }
    }
  });
}
