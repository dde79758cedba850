import type {
  AccessToken,
  Client,
  ClientCredentials,
  Configuration,
  KoaContextWithOIDC,
  RefreshToken,
} from 'oidc-provider';
import { type Database, decideAccess, Refusal } from '#core';
import { deviceFlow } from './device/device.flow.ts';
import { type OidcPages, renderSignedOut, renderSignOut } from './oidc.pages.ts';
import { isStillAgreed } from './tokens/grants.ts';
import { describeResource } from './tokens/resources.ts';

/** Which parts of OAuth and OpenID Connect are spoken beyond the code flow. */
export function features(database: Database, pages: OidcPages): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: deviceFlow(database, pages),
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (ctx, client, token) => mayIntrospect(database, ctx, { client, token }),
    },
    resourceIndicators: { enabled: true, getResourceServerInfo: describeResource(database) },
    // RFC 7009 §2.1; to strangers every token is unknown, so nothing can be learnt by trying.
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => isOwn(client, token) },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx) => renderSignOut(ctx, pages),
      postLogoutSuccessSource: async (ctx) => renderSignedOut(ctx, pages),
    },
  };
}

type Token = AccessToken | ClientCredentials | RefreshToken;

/** RFC 7662 §4: only who was given the token or is its audience. A person's token is judged anew, as at every grant. */
async function mayIntrospect(
  database: Database,
  { oidc }: KoaContextWithOIDC,
  { client, token }: { client: Client; token: Token },
): Promise<boolean> {
  const isAudience =
    'aud' in token && token.aud === client.clientId && client.clientAuthMethod !== 'none';
  const issuedTo = await oidc.provider.Client.find(token.clientId ?? '');
  if (!issuedTo || !(isOwn(client, token) || isAudience)) {
    return false;
  }
  if (!('accountId' in token)) {
    return true;
  }
  const { accountId, scope } = token;
  const em = database.em.fork();
  for (const { clientId } of [issuedTo, client]) {
    if ((await decideAccess(em, accountId, clientId)) instanceof Refusal) {
      return false;
    }
  }
  return isStillAgreed(em, issuedTo, { accountId, clientId: issuedTo.clientId, scope });
}

function isOwn(client: Client, token: Token): boolean {
  return token.clientId === client.clientId;
}

/** Only what runs in browsers needs CORS: public clients, from where their own callbacks are. */
export function isAllowedOrigin(_ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  return (
    client.clientAuthMethod === 'none' &&
    (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)
  );
}
