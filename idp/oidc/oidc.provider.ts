import { type Account, type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type Database, decideAccess, Refusal } from '#core';
import { cookieNames, isSecure } from '../http/cookies.ts';
import { allowFormPost } from '../http/security.ts';
import type { Services } from '../http/services.ts';
import { leaveLogoutsToQueue } from './backchannel-logout.ts';
import {
  ASSERTION_ALGS,
  authenticateByWhatClientsHave,
  clientAuthentication,
} from './client/client-authentication.ts';
import { limitFailedClients } from './client/client-guessing.ts';
import { type ClientExtras, EXTRA_METADATA } from './client/client-metadata.ts';
import { acceptFederatedTokens } from './client/federated-authentication.ts';
import { answerDevices } from './device/device.flow.ts';
import { createPolicy } from './interaction/policy.ts';
import { createAdapter } from './oidc.adapter.ts';
import { recordAuthorisations, recordSignOuts } from './oidc.audit.ts';
import { addCustomClaims, CLAIMS_OF_SCOPE, toAccount, toRefusedAccount } from './oidc.claims.ts';
import { nameInternalEndpoints } from './oidc.discovery.ts';
import { features, isAllowedOrigin } from './oidc.features.ts';
import { noteMismatch, noteMismatchesOfPushedRequests } from './oidc.mismatch.ts';
import { type OidcPages, renderRefusal } from './oidc.pages.ts';
import { revokeAtSecondUseOfCode } from './tokens/family.ts';
import { createGrantLoader, isStillAgreed } from './tokens/grants.ts';
import { refreshTokens } from './tokens/offline.ts';
import { rotateWithoutForks } from './tokens/refresh.ts';
import { refuseReplaysAtomically } from './tokens/replay.ts';
import { refuseForeignTokensAtUserinfo } from './tokens/resources.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** OpenID Connect by oidc-provider, over our registry. */
export function createProvider(services: Services, pages: OidcPages): Provider {
  const provider = new Provider(services.config.APP_URL, {
    ...endpoints(services, pages),
    ...people(services),
    ...lifetimes(),
    ...refreshTokens(),
    ...clientAuthentication(),
    adapter: createAdapter(services),
    jwks: { keys: services.signingKeys as never[] },
    cookies: cookies(services),
    fetch: services.outbound as unknown as typeof fetch,
    extraClientMetadata: { properties: EXTRA_METADATA },
    pkce: { required: (_ctx, client) => (client as Partial<ClientExtras>).pkce_required !== false },
    renderError: async (ctx, out, error) => {
      renderRefusal(ctx, pages, { out, error });
      if (error.name === 'InvalidRedirectUri') {
        await noteMismatch(services.database, ctx);
      }
    },
  });
  // Koa believes X-Forwarded-Proto only as a proxy; oidc.plugin.ts sets it from APP_URL, never from the request.
  provider.proxy = true;
  provider.use(letOwnFormsLeave);
  nameInternalEndpoints(provider, {
    appUrl: services.config.APP_URL,
    internalAppUrl: services.config.INTERNAL_APP_URL || services.config.APP_URL,
  });
  authenticateByWhatClientsHave(provider, services);
  limitFailedClients(provider, services.database);
  acceptFederatedTokens(provider, services);
  leaveLogoutsToQueue(provider);
  addCustomClaims(provider);
  keepSessionToken(provider);
  noteMismatchesOfPushedRequests(provider, services);
  rotateWithoutForks(provider, services);
  revokeAtSecondUseOfCode(provider, services);
  refuseReplaysAtomically(provider, services.database);
  refuseForeignTokensAtUserinfo(provider);
  answerDevices(provider, services.database);
  recordAuthorisations(provider, services.database);
  recordSignOuts(provider, services.database);
  return provider;
}

function endpoints({ database }: Services, pages: OidcPages): Configuration {
  return {
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      device_authorization: '/oauth/device/code',
      code_verification: '/device',
      userinfo: '/oauth/userinfo',
      jwks: '/.well-known/jwks.json',
      end_session: '/oauth/logout',
      introspection: '/oauth/introspect',
      revocation: '/oauth/revoke',
      pushed_authorization_request: '/oauth/par',
    },
    features: features(database, pages),
    clientBasedCORS: isAllowedOrigin,
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
      clientAuthSigningAlgValues: [...ASSERTION_ALGS],
    },
    responseTypes: ['code'],
    // OpenID Connect Core §3.1.2.1: an application that has one callback names it too.
    allowOmittingSingleRegisteredRedirectUri: false,
    scopes: ['openid', 'offline_access'],
    claims: CLAIMS_OF_SCOPE,
    // Applications read groups from the ID token as often as from userinfo: both say the same.
    conformIdTokenClaims: false,
    discovery: { ui_locales_supported: ['en', 'de', 'fr'] },
    interactions: {
      policy: createPolicy(database),
      url: (_ctx, { uid, params }) => `/interaction/${uid}${languagesIn(params)}`,
    },
  };
}

/** The page reads them from its address, as it does on the pages that the request itself leads to. */
function languagesIn({ ui_locales }: Record<string, unknown>): string {
  const isList = typeof ui_locales === 'string' && /^[A-Za-z0-9 -]{1,100}$/.test(ui_locales);
  return isList ? `?${new URLSearchParams({ ui_locales })}` : '';
}

function people({ database, config }: Services): Configuration {
  return {
    loadExistingGrant: createGrantLoader(database),
    findAccount: (ctx, id, token) =>
      findAccount(database, ctx, { id, token, appUrl: config.APP_URL }),
  };
}

interface Asked {
  id: string;
  token: { scope?: string | undefined } | undefined;
  appUrl: string;
}

/** Asked by oidc-provider at every authorization, grant, refresh and userinfo; the answer is never cached. */
async function findAccount(
  database: Database,
  ctx: KoaContextWithOIDC,
  { id, token, appUrl }: Asked,
): Promise<Account | undefined> {
  const { client } = ctx.oidc;
  if (!client) {
    return undefined;
  }
  const { clientId } = client;
  const em = database.em.fork();
  const person = await decideAccess(em, id, clientId);
  if (!(person instanceof Refusal)) {
    const issued = token && { accountId: id, clientId, scope: token.scope };
    return !issued || (await isStillAgreed(em, client, issued))
      ? toAccount(person, appUrl)
      : undefined;
  }
  const hasPages = ['authorization', 'resume', 'device_resume'].includes(ctx.oidc.route);
  return hasPages ? toRefusedAccount(id, person) : undefined;
}

function lifetimes(): Configuration {
  const orDefault = (seconds: number | null | undefined, fallback: number) => seconds ?? fallback;
  const extras = (client: unknown) => client as Partial<ClientExtras>;
  return {
    ttl: {
      AuthorizationCode: MINUTE,
      Interaction: 10 * MINUTE,
      DeviceCode: 10 * MINUTE,
      Grant: 365 * DAY,
      Session: (_ctx, session) => Math.max(1, (session.exp ?? 0) - Math.floor(Date.now() / 1000)),
      AccessToken: (_ctx, _token, client) =>
        orDefault(extras(client).access_token_lifetime, 15 * MINUTE),
      ClientCredentials: (_ctx, _token, client) =>
        orDefault(extras(client).access_token_lifetime, 15 * MINUTE),
      IdToken: (_ctx, _token, client) => orDefault(extras(client).id_token_lifetime, HOUR),
      RefreshToken: (_ctx, _token, client) =>
        orDefault(extras(client).refresh_token_lifetime, 30 * DAY),
    },
  };
}

function cookies({ config }: Services): Configuration['cookies'] {
  const { session, interaction, resume } = cookieNames(config);
  const options = { httpOnly: true, sameSite: 'lax', secure: isSecure(config.APP_URL) } as const;
  return {
    names: { session, interaction, resume },
    // Unsigned: their values are 256 random bits or name a row that is bound to one of those.
    keys: [],
    long: options,
    short: options,
  };
}

/** `form_post` and sign-out answer with a page of one form that sends itself; oidc-provider adds its script's hash. */
async function letOwnFormsLeave(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  const policy = ctx.response.get('content-security-policy');
  if (policy.includes("'sha256-")) {
    ctx.set('content-security-policy', allowFormPost(policy));
  }
}

/** Our own sign-in gives every session a new token, so oidc-provider need not change it again half-way. */
function keepSessionToken(provider: Provider): void {
  provider.Session.prototype.resetIdentifier = () => {};
}
