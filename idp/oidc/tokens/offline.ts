import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';

/**
 * Who gets refresh tokens: every client with the grant. Without `offline_access` they end with the person's session,
 * which is oidc-provider's own rule for `expiresWithSession`.
 */
export function refreshTokens(): Configuration {
  return {
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    extraParams: { access_type: keepOfflineAccess },
  };
}

/**
 * oidc-provider drops `offline_access` unless the request forces the consent page, which would ask at every visit.
 * OpenID Connect Core §11 lets other conditions stand in for that: here the person agreed to this very scope before,
 * or an administrator let the client skip consent. This runs after the drop; `access_type` (which other providers
 * know too) carries the wish from a pushed request to its use.
 */
function keepOfflineAccess({ oidc, query }: KoaContextWithOIDC, accessType: unknown): void {
  const { body, client, params = {} } = oidc;
  const sent = String(body?.scope ?? query.scope ?? '').split(' ');
  const isWanted = accessType === 'offline' || sent.includes('offline_access');
  if (isWanted && client?.grantTypeAllowed('refresh_token')) {
    const kept = String(params.scope ?? '').split(' ');
    params.scope = [...new Set([...kept, 'offline_access'])].join(' ').trim();
    params.access_type = 'offline';
  }
}
