import type { FastifyInstance } from 'fastify';
import { describe, expect } from 'vitest';
import { authorizeUrl, call, exchange, registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

describe('a pushed authorization request', () => {
  const PUSHED_ONLY = { requirePushedAuthorizationRequests: true };

  async function push(
    app: FastifyInstance,
    client: Awaited<ReturnType<typeof registerClient>>,
    change: Record<string, string> = {},
  ) {
    const { url, verifier } = authorizeUrl({ ...client, params: change });
    const params = Object.fromEntries(new URL(url, ORIGIN).searchParams);
    const answer = await call(app, '/oauth/par', { ...client, params });
    const begin = new URLSearchParams({
      client_id: client.clientId,
      request_uri: answer.json().request_uri ?? '',
    });
    return { answer, verifier, begin: `/oauth/authorize?${begin}` };
  }

  test('signs in, once', async ({ app, em, signUp }) => {
    const client = await registerClient(em, { ...PUSHED_ONLY, skipConsent: true });
    const { browser } = await signUp('euler');
    const { answer, begin } = await push(app, client);

    const end = await browser.follow(begin);
    const replay = await browser.follow(begin);

    expect(answer.statusCode).toBe(201);
    expect(end.url).toContain('code=');
    // Nobody knows any more where the application wanted its answer, so the person reads it here.
    expect(replay.url).toBe(begin);
    expect(replay.response.statusCode).toBe(400);
    expect(replay.response.body).toContain('invalid_request_uri');
  });

  test('keeps offline access', async ({ app, em, signUp }) => {
    const client = await registerClient(em, { ...PUSHED_ONLY, skipConsent: true });
    const { browser } = await signUp('fermat');
    const { begin, verifier } = await push(app, client, { scope: 'openid offline_access' });

    const end = await browser.follow(begin);
    const answer = await exchange(app, {
      ...client,
      params: {
        grant_type: 'authorization_code',
        code: new URL(end.url).searchParams.get('code') ?? '',
        code_verifier: verifier,
        redirect_uri: client.redirectUri,
      },
    });

    expect(answer.json().scope).toBe('openid offline_access');
  });

  test('is the only way in for a client that says so', async ({ em, browser }) => {
    const client = await registerClient(em, PUSHED_ONLY);

    const end = await browser.follow(authorizeUrl(client).url);

    expect(end.url + end.response.body).toContain('invalid_request');
  });

  test('needs the client to prove itself, and belongs to it alone', async ({
    app,
    em,
    browser,
  }) => {
    const [client, other] = [await registerClient(em), await registerClient(em)];
    const wrong = await push(app, { ...client, secret: 'wrong' });
    const { begin } = await push(app, client);

    const foreign = await browser.follow(begin.replace(client.clientId, other.clientId));

    expect(wrong.answer.json().error).toBe('invalid_client');
    expect(foreign.response.statusCode).toBe(400);
    expect(foreign.response.headers.location).toBeUndefined();
  });

  test('to a foreign callback is refused', async ({ app, em }) => {
    const client = await registerClient(em);

    const { answer } = await push(app, { ...client, redirectUri: 'https://evil.example/cb' });

    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
  });
});
