import { createHash, randomBytes } from 'node:crypto';
import {
  ADMIN,
  addClientSecret,
  type ClientDeclaration,
  declareClient,
  type EntityManager,
} from '#core';
import { clientDeclaration } from '#core/testing/builders';
import type { Answer, Browser, Door } from './browser.ts';

/** An application that is registered and knows its secret, unless it is public. */
export interface RelyingParty {
  clientId: string;
  secret?: string;
  redirectUri: string;
}

let count = 0;

/** A client that nobody else uses. */
export async function registerClient(
  em: EntityManager,
  overrides: Partial<ClientDeclaration> = {},
): Promise<RelyingParty> {
  count += 1;
  const declaration = clientDeclaration(`app-${count}`, overrides);
  await declareClient(em, declaration, ADMIN);
  const client = { clientId: declaration.id, redirectUri: declaration.callbackUrls[0] ?? '' };
  if (declaration.type === 'public') {
    return client;
  }
  const { value: secret } = await addClientSecret(em, declaration.id, 'web');
  return { ...client, secret };
}

export interface AuthorizeOptions {
  clientId: string;
  redirectUri: string;
  params?: Record<string, string>;
}

/** An application's side of the code flow, done by hand so that a test can do it wrong. */
export function authorizeUrl({ clientId, redirectUri, params = {} }: AuthorizeOptions) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email groups',
    state: 'state-of-the-application',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  });
  return { url: `/oauth/authorize?${query}`, verifier };
}

/** Follows an authorization request to its end for a person who is signed in, agreeing to what is asked. */
export async function authorize(browser: Browser, options: AuthorizeOptions) {
  const { url, verifier } = authorizeUrl(options);
  let { url: end } = await browser.follow(url);
  for (let step = 0; step < 3 && end.includes('/interaction/'); step += 1) {
    const { prompt } = (await browser.get(`${new URL(end).pathname}/details`)).json();
    if (prompt === 'access') {
      break;
    }
    const answer = await browser.post(`${new URL(end).pathname}/${prompt}`);
    end = (await browser.follow(answer.json().redirectTo ?? end)).url;
  }
  const answer = new URL(end, 'https://id.example.com').searchParams;
  return { url: end, verifier, code: answer.get('code') ?? '', error: answer.get('error') };
}

export interface Exchange {
  clientId: string;
  secret?: string;
  params: Record<string, string>;
}

export async function exchange(door: Door, request: Exchange): Promise<Answer> {
  return call(door, '/oauth/token', request);
}

/** Any endpoint that a client calls in its own name. */
export async function call(
  door: Door,
  url: string,
  { clientId, secret, params }: Exchange,
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
  return door.inject({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(secret && { authorization }),
    },
    payload: new URLSearchParams(secret ? params : { client_id: clientId, ...params }).toString(),
  });
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
}

/** The whole code flow for a person who is signed in; with the code, for those who want to use it again. */
export async function signInTo(
  door: Door,
  browser: Browser,
  client: RelyingParty,
  params: Record<string, string> = {},
): Promise<{ tokens: Tokens; code: Record<string, string> }> {
  const { code, verifier } = await authorize(browser, { ...client, params });
  const used = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  };
  return { tokens: (await exchange(door, { ...client, params: used })).json(), code: used };
}

export async function refresh(door: Door, client: RelyingParty, token: string): Promise<Answer> {
  return exchange(door, {
    ...client,
    params: { grant_type: 'refresh_token', refresh_token: token },
  });
}

export async function userinfo(door: Door, token: string): Promise<Answer> {
  return door.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${token}` } });
}

export async function introspect(
  door: Door,
  client: RelyingParty,
  token: string,
): Promise<Record<string, unknown>> {
  return (await call(door, '/oauth/introspect', { ...client, params: { token } })).json();
}
