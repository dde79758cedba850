import { describe, expect } from 'vitest';
import { registerClient, signInTo } from '../testing/relying-party.ts';
import { test } from '../testing/test.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('a page on another origin', () => {
  const SPA = { type: 'public' as const };

  test('may read the answer only where the public client’s callbacks are', async ({
    app,
    em,
    signUp,
  }) => {
    const spa = await registerClient(em, SPA);
    const web = await registerClient(em);
    const { browser } = await signUp('kepler');
    const { tokens } = await signInTo(app, browser, spa);
    const ask = async (clientId: string, origin: string, secret?: string) => {
      const { headers } = await app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: { ...FORM, origin },
        payload: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: tokens.refresh_token,
          client_id: clientId,
          ...(secret && { client_secret: secret }),
        }).toString(),
      });
      return headers['access-control-allow-origin'];
    };

    const foreign = await ask(spa.clientId, 'https://evil.example');
    const confidential = await ask(web.clientId, new URL(web.redirectUri).origin, web.secret);
    const own = await ask(spa.clientId, new URL(spa.redirectUri).origin);

    expect([foreign, confidential]).toEqual([undefined, undefined]);
    expect(own).toBe(new URL(spa.redirectUri).origin);
  });
});
