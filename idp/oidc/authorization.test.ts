import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { query } from '#core';
import { signIn } from '../testing/people.ts';
import {
  authorize,
  authorizeUrl,
  exchange,
  refresh,
  registerClient,
  signInTo,
} from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

describe('an authorization request', () => {
  test('without a page, of somebody signed out, gets login_required', async ({ em, browser }) => {
    const client = await registerClient(em);

    const end = await browser.follow(authorizeUrl({ ...client, params: { prompt: 'none' } }).url);

    expect(end.url).toContain(client.redirectUri);
    expect(end.url).toContain('error=login_required');
    expect(new URL(end.url).searchParams.get('iss')).toBe(ORIGIN);
  });

  test('without a page, of somebody who has not agreed, gets consent_required', async ({
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('ada');

    const end = await browser.follow(authorizeUrl({ ...client, params: { prompt: 'none' } }).url);

    expect(end.url).toContain('error=consent_required');
  });

  test.for([
    ['max_age=0', { max_age: '0' }],
    ['prompt=login', { prompt: 'login' }],
  ] as const)(
    'with %s needs a fresh passkey, and auth_time moves',
    async ([name, params], { app, em, signUp }) => {
      const client = await registerClient(em);
      const { browser, authenticator } = await signUp(name.replace('=', '-').replace('_', '-'));
      const before = decodeJwt((await signInTo(app, browser, client)).tokens.id_token);
      await sleep(1100);
      const { url, verifier } = authorizeUrl({ ...client, params });
      const page = await browser.follow(url);
      const step = `${new URL(page.url).pathname}/login`;

      const stale = await browser.post(step);
      await signIn(browser, authenticator);
      const fresh = await browser.post(step);
      const end = await browser.follow(fresh.json().redirectTo);
      const answer = await exchange(app, {
        ...client,
        params: {
          grant_type: 'authorization_code',
          code: new URL(end.url).searchParams.get('code') ?? '',
          code_verifier: verifier,
          redirect_uri: client.redirectUri,
        },
      });

      expect(stale.json().code).toBe('fresh_passkey_required');
      const after = decodeJwt(answer.json().id_token);
      expect(Number(after.auth_time)).toBeGreaterThan(Number(before.auth_time));
    },
  );

  test.for(['client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'response_type'])(
    'with %s twice is an invalid_request',
    async (name, { em, browser }) => {
      const client = await registerClient(em);
      const { url } = authorizeUrl({ ...client, params: { nonce: 'n' } });
      const value = new URL(url, ORIGIN).searchParams.get(name) ?? '';

      const end = await browser.follow(`${url}&${name}=${encodeURIComponent(value)}`);

      expect(end.url + end.response.body).toContain('invalid_request');
      expect(end.url).not.toContain('code=');
    },
  );

  test('with the plain kind of PKCE is refused', async ({ em, browser }) => {
    const client = await registerClient(em);

    const end = await browser.follow(
      authorizeUrl({ ...client, params: { code_challenge_method: 'plain' } }).url,
    );

    expect(end.url).toContain('error=invalid_request');
  });

  test('of a public client always needs PKCE', async ({ em, browser }) => {
    const client = await registerClient(em, { type: 'public' });
    const url = new URL(authorizeUrl(client).url, ORIGIN);
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');

    const end = await browser.follow(url.href);

    expect(end.url).toContain('error=invalid_request');
  });

  test('for an implicit or a password grant is refused', async ({ app, em, browser }) => {
    const client = await registerClient(em);

    for (const kind of ['token', 'id_token', 'code id_token']) {
      const end = await browser.follow(
        authorizeUrl({ ...client, params: { response_type: kind, nonce: 'n' } }).url,
      );
      expect(end.url + end.response.body).toContain('unsupported_response_type');
    }
    const password = await exchange(app, {
      ...client,
      params: { grant_type: 'password', username: 'ada', password: 'secret' },
    });
    expect(password.json().error).toBe('unsupported_grant_type');
  });
});

test('a code that was made without a challenge is not exchanged with a verifier', async ({
  app,
  em,
  signUp,
}) => {
  const client = await registerClient(em, { pkceRequired: false, skipConsent: true });
  const { browser } = await signUp('boole');
  const { url, verifier } = authorizeUrl(client);
  const target = new URL(url, ORIGIN);
  target.searchParams.delete('code_challenge');
  target.searchParams.delete('code_challenge_method');
  const end = await browser.follow(target.href);

  const answer = await exchange(app, {
    ...client,
    params: {
      grant_type: 'authorization_code',
      code: new URL(end.url).searchParams.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: client.redirectUri,
    },
  });

  expect(answer.json().error).toBe('invalid_grant');
});

test('a code is worth nothing a minute later', async ({ app, em, signUp }) => {
  const client = await registerClient(em);
  const { browser } = await signUp('carnot');
  const { code, verifier } = await authorize(browser, client);
  await query(
    em,
    `update oidc_records set payload = payload || jsonb_build_object('exp', (payload ->> 'exp')::int - 61)
     where model = 'AuthorizationCode' and client_id = $1`,
    [client.clientId],
  );

  const answer = await exchange(app, {
    ...client,
    params: {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: client.redirectUri,
    },
  });

  expect(answer.json().error).toBe('invalid_grant');
});

describe('the answer', () => {
  test('comes in the query, in the fragment or as a form, as asked', async ({ em, signUp }) => {
    const client = await registerClient(em, { skipConsent: true });
    const { browser } = await signUp('darwin');
    const ask = (mode: string) =>
      browser.follow(authorizeUrl({ ...client, params: { response_mode: mode } }).url);

    const inQuery = await ask('query');
    const inFragment = await ask('fragment');
    const asForm = await ask('form_post');

    expect(new URL(inQuery.url).searchParams.has('code')).toBe(true);
    expect(new URL(inFragment.url).search).toBe('');
    expect(new URLSearchParams(new URL(inFragment.url).hash.slice(1)).has('code')).toBe(true);
    expect(asForm.response.body).toContain(`action="${client.redirectUri}"`);
    expect(asForm.response.body).toContain('name="code"');
    expect(asForm.response.headers['content-security-policy']).toMatch(/form-action 'self' https:/);
  });
});

describe('offline access', () => {
  test('is agreed to once, and outlives the session', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('kepler');
    const scope = 'openid offline_access';
    await signInTo(app, browser, client, { scope });
    const { tokens } = await signInTo(app, browser, client, { scope, prompt: 'none' });

    await browser.send({
      method: 'DELETE',
      url: '/api/session',
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    const answer = await refresh(app, client, tokens.refresh_token);

    expect(answer.json().scope).toBe(scope);
  });
});
