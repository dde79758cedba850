import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Browser } from './browser.ts';

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

export async function exchange(app: FastifyInstance, { clientId, secret, params }: Exchange) {
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
  return app.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(secret && { authorization }),
    },
    payload: new URLSearchParams(secret ? params : { client_id: clientId, ...params }).toString(),
  });
}
