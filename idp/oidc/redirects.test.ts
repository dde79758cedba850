import { describe, expect } from 'vitest';
import { type EntityManager, query } from '#core';
import { authorizeUrl, registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

async function listMismatches(em: EntityManager, clientId: string) {
  return query(
    em,
    `select ip, request_id is not null as named, details from audit_events
     where event = 'redirect_mismatch' and target = $1`,
    [`client:${clientId}`],
  );
}

describe('an authorization request whose redirect URI', () => {
  test.for<[string, (uri: string) => string]>([
    ['has a trailing slash', (uri) => `${uri}/`],
    ['is written in another case', (uri) => uri.toUpperCase()],
    ['names another port', (uri) => uri.replace('.com/', '.com:8443/')],
    ['names the default port', (uri) => uri.replace('.com/', '.com:443/')],
    ['climbs', (uri) => `${uri}/../other`],
    ['climbs back to where it was', (uri) => `${uri}/../callback`],
    ['has a query', (uri) => `${uri}?x=1`],
    ['has a fragment', (uri) => `${uri}#x`],
    ['has an empty fragment', (uri) => `${uri}#`],
    ['is encoded in another way', (uri) => uri.replace('callback', '%63allback')],
    ['ends in a dot', (uri) => uri.replace('.com/', '.com./')],
    ['disguises its host', (uri) => uri.replace('https://', 'https://good.example@evil.example/')],
    ['carries a user', (uri) => uri.replace('https://', 'https://user@')],
    ['leaves TLS', (uri) => uri.replace('https:', 'http:')],
    ['runs code', () => 'javascript:alert(1)'],
    ['is somebody else’s', () => 'https://evil.example/callback'],
  ])('%s gets our own page, goes nowhere, and is audited', async ([, change], { browser, em }) => {
    const client = await registerClient(em);
    const redirectUri = change(client.redirectUri);

    const answers = [
      await browser.get(authorizeUrl({ ...client, redirectUri }).url),
      await browser.get(
        authorizeUrl({
          ...client,
          redirectUri,
          params: { prompt: 'none', response_mode: 'form_post' },
        }).url,
      ),
    ];

    for (const { statusCode, headers, body } of answers) {
      expect(statusCode).toBe(400);
      expect(headers.location).toBeUndefined();
      expect(headers['content-type']).toContain('text/html');
      expect(body).toContain('redirect_uri_mismatch');
      expect(body).not.toContain('<form');
    }
    expect(await listMismatches(em, client.clientId)).toEqual([
      { ip: '127.0.0.1', named: true, details: { redirectUri } },
    ]);
  });

  test('is missing goes nowhere, although the client has only one', async ({ em, browser }) => {
    const client = await registerClient(em);
    const missing = new URL(authorizeUrl(client).url, ORIGIN);
    missing.searchParams.delete('redirect_uri');

    for (const url of [missing.href, authorizeUrl({ ...client, redirectUri: '' }).url]) {
      const { statusCode, headers, body } = await browser.get(url);
      expect([statusCode, headers.location]).toEqual([400, undefined]);
      expect(body).toContain('redirect_uri');
    }
  });

  test('is not registered is audited once a minute, however often it comes', async ({
    em,
    browser,
  }) => {
    const client = await registerClient(em);

    for (const host of ['one', 'two', 'three', 'four', 'five']) {
      const redirectUri = `https://${host}.evil.example/callback`;
      await browser.get(authorizeUrl({ ...client, redirectUri }).url);
    }

    expect(await listMismatches(em, client.clientId)).toEqual([
      {
        ip: '127.0.0.1',
        named: true,
        details: { redirectUri: 'https://one.evil.example/callback' },
      },
    ]);
  });

  test.for<[string, string, boolean]>([
    ['stays on the machine at another port', 'http://127.0.0.1:51234/callback', true],
    ['stays on the machine without a port', 'http://127.0.0.1/callback', true],
    ['leaves the machine', 'http://127.0.0.1.evil.example:51234/callback', false],
    ['goes to another path of the machine', 'http://127.0.0.1:51234/other', false],
    ['names the machine in another way', 'http://localhost:51234/callback', false],
  ])('%s is treated as RFC 8252 says', async ([, redirectUri, isRight], { em, browser }) => {
    const client = await registerClient(em, {
      type: 'public',
      callbackUrls: ['http://127.0.0.1:8080/callback'],
    });

    const answer = await browser.get(authorizeUrl({ ...client, redirectUri }).url);

    expect(answer.statusCode).toBe(isRight ? 303 : 400);
  });
});
