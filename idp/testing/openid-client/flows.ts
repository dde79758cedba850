import { webcrypto } from 'node:crypto';
import * as openid from 'openid-client';
import type { Landing, Task } from './messages.ts';

export interface Means {
  issuer: URL;
  client: Task['client'];
  params: Record<string, string>;
  options: Record<string, unknown>;
  visit(url: URL): Promise<Landing>;
}

type Facts = Record<string, unknown>;
type Tokens = openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers;

/** What an application does, as the certified library does it: all of its checks are on. */
export const FLOWS: Record<string, (means: Means) => Promise<Facts>> = {
  async signIn(means) {
    const config = await discover(means);
    return describe(config, means, await signIn(config, means));
  },

  async pushBindRefreshRevoke(means) {
    const config = await discover(means);
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
    const tokens = await signIn(config, means, { pushed: true, DPoP });
    const fresh = await openid.refreshTokenGrant(config, refreshTokenOf(tokens), {}, { DPoP });
    const before = await openid.tokenIntrospection(config, fresh.access_token);
    const person = await openid.fetchUserInfo(config, fresh.access_token, subjectOf(tokens), {
      DPoP,
    });
    const stolen = await openid
      .fetchUserInfo(config, fresh.access_token, subjectOf(tokens))
      .catch((error: { status?: number }) => error.status);
    await openid.tokenRevocation(config, refreshTokenOf(fresh));
    const after = await openid.tokenIntrospection(config, fresh.access_token);
    return { type: fresh.token_type, before, after, person, stolen };
  },

  async refreshTwice(means) {
    const config = await discover(means);
    const tokens = await signIn(config, means);
    const first = await openid.refreshTokenGrant(config, refreshTokenOf(tokens));
    const second = await openid.refreshTokenGrant(config, refreshTokenOf(first));
    return describe(config, means, second);
  },

  async machine(means) {
    const config = await discover(means);
    const { access_token } = await openid.clientCredentialsGrant(config, means.params);
    const token = await openid.tokenIntrospection(config, access_token);
    await openid.tokenRevocation(config, access_token);
    return { token, after: await openid.tokenIntrospection(config, access_token) };
  },

  /** Shows a code, sends somebody there, and asks until they have agreed. */
  async device(means) {
    const config = await discover(means);
    const asked = await openid.initiateDeviceAuthorization(config, {
      scope: 'openid profile email groups',
    });
    const landing = await means.visit(new URL(String(asked.verification_uri_complete)));
    const tokens = await openid.pollDeviceAuthorizationGrant(config, asked);
    const again = await openid.refreshTokenGrant(config, refreshTokenOf(tokens));
    return { ...(await describe(config, means, tokens)), landing, again: again.token_type };
  },

  /** Hands its token to the application that it is for, which asks about it. */
  async forAnother(means) {
    const config = await discover(means);
    const { access_token } = await signIn(config, means);
    const api = await discover({ ...means, client: means.options.api as Task['client'] });
    return { token: await openid.tokenIntrospection(api, access_token) };
  },

  async signOut(means) {
    const config = await discover(means);
    const tokens = await signIn(config, means);
    const landing = await means.visit(
      openid.buildEndSessionUrl(config, {
        post_logout_redirect_uri: String(means.options.landing),
        id_token_hint: tokens.id_token ?? '',
        state: 'left',
      }),
    );
    const refused = await openid
      .refreshTokenGrant(config, refreshTokenOf(tokens))
      .catch((error: { error?: string }) => error.error);
    return { landing, refused };
  },
};

async function discover({ issuer, client, options }: Means): Promise<openid.Configuration> {
  const alg = String(options.alg ?? 'RS256');
  const proof = client.secret ? openid.ClientSecretBasic(client.secret) : openid.None();
  return openid.discovery(
    issuer,
    client.id,
    { id_token_signed_response_alg: alg },
    options.key
      ? openid.PrivateKeyJwt(await importKey(options.key as webcrypto.JsonWebKey))
      : proof,
    { execute: [openid.allowInsecureRequests] },
  );
}

async function importKey(jwk: webcrypto.JsonWebKey): Promise<webcrypto.CryptoKey> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return webcrypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);
}

interface Ways {
  pushed?: boolean;
  DPoP?: openid.DPoPHandle;
}

async function signIn(
  config: openid.Configuration,
  { client, params, options, visit }: Means,
  { pushed = false, ...dpop }: Ways = {},
): Promise<Tokens> {
  const verifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];
  const request = {
    redirect_uri: client.redirectUri,
    scope: 'openid profile email groups',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...params,
  };
  const url = pushed
    ? await openid.buildAuthorizationUrlWithPAR(config, request, dpop)
    : openid.buildAuthorizationUrl(config, request);
  const landing = toRequest(await visit(url), options);
  const { max_age: maxAge, resource } = params;
  return openid.authorizationCodeGrant(
    config,
    landing,
    {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
      ...(maxAge && { maxAge: Number(maxAge) }),
    },
    { ...(resource && { resource }) },
    dpop,
  );
}

/** As the application's server gets it: a form is posted, a fragment was made a query by its page. */
function toRequest({ url, form }: Landing, { issuerInAnswer }: Means['options']): URL | Request {
  if (form) {
    return new Request(url, { method: 'POST', body: new URLSearchParams(form) });
  }
  const target = new URL(url);
  if (target.hash) {
    target.search = target.hash.slice(1);
    target.hash = '';
  }
  if (issuerInAnswer) {
    target.searchParams.set('iss', String(issuerInAnswer));
  }
  return target;
}

async function describe(
  config: openid.Configuration,
  { client }: Means,
  tokens: Tokens,
): Promise<Facts> {
  const person = await openid.fetchUserInfo(config, tokens.access_token, subjectOf(tokens));
  return { audience: client.id, claims: tokens.claims(), person, scope: tokens.scope };
}

function subjectOf(tokens: Tokens): string {
  return tokens.claims()?.sub ?? '';
}

function refreshTokenOf({ refresh_token }: Tokens): string {
  return refresh_token ?? '';
}
