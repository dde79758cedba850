import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { authorizeUrl, call, registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

const LOCALES = join(import.meta.dirname, '../web/locales');

describe('ui_locales', () => {
  test('are what discovery says: every language the pages have', async ({ app }) => {
    const discovery = (await app.inject('/.well-known/openid-configuration')).json();

    const files = (await readdir(LOCALES)).filter((name) => name.endsWith('.json'));
    expect(discovery.ui_locales_supported.toSorted()).toEqual(
      files.map((name) => name.replace('.json', '')).toSorted(),
    );
  });

  test('reach the pages of a request, and of one that was pushed', async ({ app, em, browser }) => {
    const client = await registerClient(em);
    const { url } = authorizeUrl({ ...client, params: { ui_locales: 'de-AT fr' } });
    const params = Object.fromEntries(new URL(url, ORIGIN).searchParams);
    const pushed = await call(app, '/oauth/par', { ...client, params });
    const begin = new URLSearchParams({
      client_id: client.clientId,
      request_uri: pushed.json().request_uri,
    });

    for (const from of [url, `/oauth/authorize?${begin}`]) {
      const { url: page, response } = await browser.follow(from);
      expect(new URL(page).searchParams.get('ui_locales')).toBe('de-AT fr');
      expect(response.statusCode).toBe(200);
    }
  });

  test('that are none are left out', async ({ em, browser }) => {
    const client = await registerClient(em);

    for (const wrong of ['<script>', 'de'.repeat(100)]) {
      const { url } = await browser.follow(
        authorizeUrl({ ...client, params: { ui_locales: wrong } }).url,
      );
      expect(new URL(url).search).toBe('');
    }
  });
});

test('a login_hint tells nothing about whose account exists', async ({ em, browser, signUp }) => {
  const client = await registerClient(em);
  await signUp('ada');
  const ask = async (params: Record<string, string>) => {
    const { url, response } = await browser.follow(authorizeUrl({ ...client, params }).url);
    const details = await browser.get(`${new URL(url).pathname}/details`);
    const { challenge: _random, ...options } = (await browser.post('/api/session/options')).json();
    return { status: response.statusCode, page: response.body, details: details.json(), options };
  };

  const none = await ask({});
  const known = await ask({ login_hint: 'ada@example.com' });
  const unknown = await ask({ login_hint: 'nobody@example.com' });

  expect(known).toEqual(none);
  expect(unknown).toEqual(none);
  expect(none.options.allowCredentials ?? []).toEqual([]);
});
