import { describe, expect } from 'vitest';
import {
  ADMIN,
  declareClient,
  type EntityManager,
  findRedirectMismatch,
  isRegistered,
  query,
} from '#core';
import { clientDeclaration } from '#core/testing';
import { authorizeUrl, call, registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

const STRANGE = 'https://evil.example/callback';

function eventsOf(em: EntityManager, clientId: string) {
  return query(
    em,
    `select ip, request_id is not null as named, details from audit_events
      where event = 'redirect_mismatch' and target = $1`,
    [`client:${clientId}`],
  );
}

/** As if the newest one had come earlier. */
async function age(em: EntityManager, clientId: string, interval: string): Promise<void> {
  const sql =
    'update redirect_mismatches set at = at - $2::text::interval where client_id = $1 returning 1';
  expect(await query(em, sql, [clientId, interval])).toHaveLength(1);
}

describe('a callback that is not registered', () => {
  test('is remembered and audited once a minute, however many ask at once', async ({
    em,
    browser,
  }) => {
    const client = await registerClient(em);
    const ask = async (redirectUri: string) =>
      (await browser.follow(authorizeUrl({ ...client, redirectUri }).url)).response.statusCode;

    const codes = await Promise.all(Array.from({ length: 20 }, () => ask(STRANGE)));
    const later = await ask('https://evil.example/later');

    expect(new Set([...codes, later])).toEqual(new Set([400]));
    expect(await findRedirectMismatch(em, client.clientId)).toMatchObject({ redirectUri: STRANGE });
    expect(await eventsOf(em, client.clientId)).toEqual([
      { ip: '127.0.0.1', named: true, details: { redirectUri: STRANGE } },
    ]);
  });

  test('is remembered anew after a minute', async ({ em, browser }) => {
    const client = await registerClient(em);
    await browser.follow(authorizeUrl({ ...client, redirectUri: STRANGE }).url);
    await age(em, client.clientId, '61 seconds');

    await browser.follow(authorizeUrl({ ...client, redirectUri: `${STRANGE}/2` }).url);

    expect(await findRedirectMismatch(em, client.clientId)).toMatchObject({
      redirectUri: `${STRANGE}/2`,
    });
    expect(await eventsOf(em, client.clientId)).toHaveLength(2);
  });

  test('is remembered when it was pushed', async ({ app, em }) => {
    const client = await registerClient(em);
    const { url } = authorizeUrl({ ...client, redirectUri: STRANGE });
    const params = Object.fromEntries(new URL(url, ORIGIN).searchParams);

    const answer = await call(app, '/oauth/par', { ...client, params });

    expect(answer.statusCode).toBe(400);
    await expect
      .poll(() => findRedirectMismatch(em, client.clientId))
      .toMatchObject({ redirectUri: STRANGE });
  });

  test.for([
    [
      'a very long one is cut',
      `${STRANGE}?${'a'.repeat(5_000)}`,
      `${STRANGE}?${'a'.repeat(2_018)}`,
    ],
    ['a terminal’s escape', `${STRANGE}\u001b[2J`, `${STRANGE}\uFFFD[2J`],
    ['a second line', `${STRANGE}\r\nReady: True`, `${STRANGE}\uFFFD\uFFFDReady:\uFFFDTrue`],
    ['text that runs backwards', `${STRANGE}\u202Efdp`, `${STRANGE}\uFFFDfdp`],
    ['a zero', `${STRANGE}\u0000`, `${STRANGE}\uFFFD`],
    ['half a character at the cut', `${'a'.repeat(2_047)}😀`, `${'a'.repeat(2_047)}\uFFFD`],
  ] as const)('is a stranger’s text: %s', async ([, redirectUri, kept], { em, browser }) => {
    const client = await registerClient(em);

    await browser.follow(authorizeUrl({ ...client, redirectUri }).url);

    expect(await findRedirectMismatch(em, client.clientId)).toMatchObject({ redirectUri: kept });
  });

  test('never looks like one that is, after it was made harmless', async ({ em, browser }) => {
    const client = await registerClient(em);

    await browser.follow(
      authorizeUrl({ ...client, redirectUri: `${client.redirectUri}\u200b` }).url,
    );

    const mismatch = await findRedirectMismatch(em, client.clientId);
    expect(mismatch?.redirectUri).toBe(`${client.redirectUri}\uFFFD`);
  });

  test('of an application that nobody knows leaves no trace', async ({ em, browser }) => {
    const clientId = 'nobody-knows';

    await browser.follow(authorizeUrl({ clientId, redirectUri: STRANGE }).url);

    expect(await findRedirectMismatch(em, clientId)).toBeNull();
    expect(await eventsOf(em, clientId)).toEqual([]);
  });

  test('goes with its application', async ({ em, browser }) => {
    const client = await registerClient(em);
    await browser.follow(authorizeUrl({ ...client, redirectUri: STRANGE }).url);

    await query(em, 'delete from clients where id = $1', [client.clientId]);

    expect(await findRedirectMismatch(em, client.clientId)).toBeNull();
  });
});

test('what the registry calls registered is what is let through', async ({ em, browser }) => {
  const pairs = [
    [['https://a.example/cb'], 'https://a.example/cb'],
    [['https://a.example/cb'], 'https://a.example/cb/'],
    [['https://a.example/cb'], 'https://A.example/cb'],
    [['https://a.example/cb'], 'https://a.example:443/cb'],
    [['http://localhost/cb'], 'http://localhost:4711/cb'],
    [['http://localhost:1/cb'], 'http://localhost/cb'],
    [['http://[::1]/cb'], 'http://[::1]:4711/cb'],
    [['http://127.0.0.1:8080'], 'http://127.0.0.1:9090'],
    [['http://127.0.0.1/cb'], 'http://127.0.0.1:4711/other'],
    [['http://127.0.0.1/cb'], 'http://localhost/cb'],
    [['http://localhost/cb'], 'http://localhost:4711.evil.example/cb'],
    [['http://localhost/cb', 'https://a.example/cb'], 'http://localhost:4711/cb'],
    [['com.example.app:/cb'], 'com.example.app:/cb'],
    [['com.example.app:/cb'], 'com.example.app:/other'],
  ] as const;

  const verdicts = await Promise.all(
    pairs.map(async ([callbackUrls, redirectUri], index) => {
      const clientId = `judged-${index}`;
      const declaration = clientDeclaration(clientId, { callbackUrls: [...callbackUrls] });
      await declareClient(em.fork(), declaration, ADMIN);
      const { response, url } = await browser.follow(authorizeUrl({ clientId, redirectUri }).url);
      return { redirectUri, letThrough: response.statusCode !== 400 && url !== '' };
    }),
  );

  expect(verdicts).toEqual(
    pairs.map(([callbackUrls, redirectUri]) => ({
      redirectUri,
      letThrough: isRegistered(redirectUri, [...callbackUrls]),
    })),
  );
});
