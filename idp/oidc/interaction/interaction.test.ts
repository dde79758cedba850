import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { type EntityManager, query, type User } from '#core';
import type { Browser } from '../../testing/browser.ts';
import { signIn } from '../../testing/people.ts';
import {
  type AuthorizeOptions,
  authorizeUrl,
  exchange,
  registerClient,
} from '../../testing/relying-party.ts';
import { ORIGIN, test } from '../../testing/test.ts';

const REAUTHENTICATION = { requireReauthentication: true, skipConsent: true };

interface Entering {
  em: EntityManager;
  user: User;
  browser: Browser;
  admin: { user: User; browser: Browser };
}

async function signInByLink({ em, user, browser, admin }: Entering): Promise<void> {
  await query(em, 'update users set is_admin = true where id = $1', [admin.user.id]);
  const { url } = (await admin.browser.post(`/api/users/${user.id}/login-link`)).json();
  const answer = await browser.post(`/api/login-links/${url.split('/').at(-1)}`);
  expect(answer.statusCode).toBe(204);
}

/** Begins a request and says where its steps are and how it goes on without them. */
async function begin(browser: Browser, request: AuthorizeOptions) {
  const { url, verifier } = authorizeUrl(request);
  const page = await browser.follow(url);
  const { pathname } = new URL(page.url, ORIGIN);
  const resume = pathname.replace('/interaction/', '/oauth/authorize/');
  return { page: pathname, resume, verifier, isPage: pathname.startsWith('/interaction/') };
}

describe('an application that asks for a passkey each time', () => {
  test.for([
    ['sign-up', async () => {}],
    ['a login link', signInByLink],
  ] as const)(
    'is not content with a session made by %s until a passkey was used',
    async ([name, enter], { app, em, signUp }) => {
      const client = await registerClient(em, REAUTHENTICATION);
      const { browser, authenticator, user } = await signUp(`by-${name.split(' ').at(-1)}`);
      await enter({ em, user, browser, admin: await signUp(`admin-${name.split(' ').at(-1)}`) });
      const { page, resume, verifier } = await begin(browser, client);

      const refused = await browser.post(`${page}/login`);
      const around = await browser.follow(resume);
      const { pathname: step } = new URL(around.url, ORIGIN);
      await signIn(browser, authenticator);
      const accepted = await browser.post(`${step}/login`);
      const end = await browser.follow(accepted.json().redirectTo);
      const tokens = await exchange(app, {
        ...client,
        params: {
          grant_type: 'authorization_code',
          code: new URL(end.url).searchParams.get('code') ?? '',
          code_verifier: verifier,
          redirect_uri: client.redirectUri,
        },
      });

      expect([refused.statusCode, refused.json().code]).toEqual([403, 'fresh_passkey_required']);
      expect(step).toContain('/interaction/');
      expect(tokens.statusCode).toBe(200);
      expect(decodeJwt(tokens.json().id_token).amr).toContain('pop');
    },
  );

  test('asks again a moment later, and for the one before a passkey counts once', async ({
    em,
    signUp,
  }) => {
    const client = await registerClient(em, REAUTHENTICATION);
    const { browser, authenticator } = await signUp('boole');
    const first = await begin(browser, client);
    await signIn(browser, authenticator);
    const used = await browser.post(`${first.page}/login`);
    await browser.follow(used.json().redirectTo);

    const second = await begin(browser, client);
    const stale = await browser.post(`${second.page}/login`);

    expect(second.isPage).toBe(true);
    expect(stale.json().code).toBe('fresh_passkey_required');
  });

  test('that wants no page gets login_required', async ({ em, signUp }) => {
    const client = await registerClient(em, REAUTHENTICATION);
    const { browser, authenticator } = await signUp('cantor');
    await signIn(browser, authenticator);

    const end = await browser.follow(authorizeUrl({ ...client, params: { prompt: 'none' } }).url);

    expect(end.url).toContain('error=login_required');
  });
});

describe('somebody who holds the cookie of a session, and no passkey', () => {
  test('cannot pass for freshly signed in by hiding the cookie at the beginning', async ({
    em,
    signUp,
    browser: thief,
    app,
  }) => {
    const client = await registerClient(em, REAUTHENTICATION);
    const { browser, authenticator } = await signUp('darwin');
    await signIn(browser, authenticator);
    await sleep(1100);
    const { page } = await begin(thief, client);
    const stolen = `__Host-permiso_session=${browser.cookie('__Host-permiso_session')}`;
    const own = `__Secure-permiso_interaction=${thief.cookie('__Secure-permiso_interaction')}`;

    const answer = await app.inject({
      method: 'POST',
      url: `${page}/login`,
      headers: { 'sec-fetch-site': 'same-origin', cookie: `${stolen}; ${own}` },
    });

    expect([answer.statusCode, answer.json().code]).toEqual([403, 'fresh_passkey_required']);
  });
});

describe('a step of a request', () => {
  test('cannot be taken in another browser', async ({ em, browser, signUp }) => {
    const client = await registerClient(em);
    const { browser: other } = await signUp('euler');
    const { page, resume } = await begin(browser, client);

    const answers = [
      await other.get(`${page}/details`),
      await other.post(`${page}/login`),
      await other.post(`${page}/abort`),
    ];
    const end = await other.follow(resume);

    for (const answer of answers) {
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'interaction_expired']);
    }
    expect(end.response.statusCode).toBe(400);
    expect(end.response.body).toContain('interaction_expired');
  });

  test('that was taken cannot be taken again', async ({ em, signUp }) => {
    const client = await registerClient(em, REAUTHENTICATION);
    const { browser, authenticator } = await signUp('fermat');
    const { page, resume } = await begin(browser, client);
    const thief = browser.copy();
    await signIn(browser, authenticator);
    const step = await browser.post(`${page}/login`);
    const end = await browser.follow(step.json().redirectTo);

    const replays = [await thief.post(`${page}/login`), await browser.post(`${page}/abort`)];
    const again = [await thief.follow(resume), await browser.follow(resume)];

    expect(end.url).toContain('code=');
    expect(replays.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
    for (const { url, response } of again) {
      expect([response.statusCode, url.includes('code=')]).toEqual([400, false]);
    }
  });

  test('left out is asked for again, and gives no code', async ({ em, signUp }) => {
    const consenting = await registerClient(em);
    const closed = await registerClient(em, { accessMode: 'nobody', skipConsent: true });
    const { browser } = await signUp('gauss');
    const requests = [
      { ...consenting },
      { ...closed },
      { ...consenting, params: { prompt: 'login' } },
      { ...consenting, params: { prompt: 'consent' } },
    ];

    for (const request of requests) {
      const { resume } = await begin(browser, request);
      const end = await browser.follow(resume);
      expect(new URL(end.url, ORIGIN).pathname).toMatch(/^\/interaction\//);
    }
  });

  test('cannot be taken for another', async ({ em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('hilbert');
    const { page } = await begin(browser, client);
    const { page: login } = await begin(browser, { ...client, params: { prompt: 'login' } });

    const answers = [
      await browser.post(`${page}/login`),
      await browser.post(`${login}/consent`),
      await browser.post(`${login}/access`),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404]);
  });

  test('of somebody who left the browser to another is refused', async ({ em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('ibn');
    const { authenticator: second } = await signUp('jacobi');
    const { page } = await begin(browser, client);
    await signIn(browser, second);

    const answer = await browser.post(`${page}/consent`);

    expect([answer.statusCode, answer.json().code]).toEqual([404, 'interaction_expired']);
  });
});
