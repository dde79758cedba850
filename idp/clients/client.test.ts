import { generateKeyPairSync } from 'node:crypto';
import { describe, expect } from 'vitest';
import { declareClient, kubernetesOwner, query } from '#core';
import { clientDeclaration } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import { test } from '../testing/test.ts';

const GRAFANA = kubernetesOwner('OIDCClient', 'monitoring', 'grafana');
const CALLBACK = 'https://wiki.example.com/callback';

async function send(
  browser: Browser,
  method: 'PATCH' | 'DELETE',
  path: string,
  { payload = {}, seen }: { payload?: object; seen?: string } = {},
) {
  const headers = { 'sec-fetch-site': 'same-origin', ...(seen && { 'if-match': seen }) };
  return browser.send({ method, url: `/api/clients/${path}`, payload, headers });
}

const change = (browser: Browser, id: string, payload: object, seen?: string) =>
  send(browser, 'PATCH', id, { payload, ...(seen && { seen }) });

const create = (browser: Browser, client: object) =>
  browser.post('/api/clients', { name: 'Wiki', callbackUrls: [CALLBACK], ...client });

describe('clients', () => {
  test('are there for administrators only', async ({ admin, browser, signUp }) => {
    await create(admin, { id: 'guarded' });
    const { browser: member } = await signUp('member');
    const ask = async (who: Browser) => [
      (await who.get('/api/clients')).statusCode,
      (await who.get('/api/clients/guarded')).statusCode,
      (await create(who, {})).statusCode,
      (await change(who, 'guarded', { name: 'Mine' })).statusCode,
      (await send(who, 'DELETE', 'guarded')).statusCode,
      (await who.get('/api/clients/guarded/secrets')).statusCode,
      (await who.post('/api/clients/guarded/secrets')).statusCode,
    ];

    expect(await ask(browser)).toEqual(Array(7).fill(401));
    expect(await ask(member)).toEqual(Array(7).fill(403));
  });

  test('that are made here say who made them, and are as a manifest that says no more', async ({
    admin,
    em,
  }) => {
    const answer = await create(admin, { id: 'wiki' });

    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      ...clientDeclaration('wiki', { name: 'Wiki', callbackUrls: [CALLBACK] }),
      owner: 'admin',
      secrets: [],
      redirectMismatch: null,
    });
    const [event] = await query<{ actor: string }>(
      em,
      `select actor from audit_events where event = 'client_declared' and target = 'client:wiki'`,
    );
    expect(event?.actor).toMatch(/^user:/);
  });

  test('get an id when nobody chooses one', async ({ admin }) => {
    const { id } = (await create(admin, {})).json();

    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await admin.get(`/api/clients/${id}`)).json()).toMatchObject({ id, name: 'Wiki' });
  });

  test('with an id that is taken are refused, also when two come at once', async ({ admin }) => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => create(admin, { id: 'raced' })),
    );

    const refused = answers.filter(({ statusCode }) => statusCode !== 201);
    expect(refused).toHaveLength(5);
    for (const answer of refused) {
      expect(answer.json()).toMatchObject({ status: 409, code: 'already_taken', field: 'id' });
    }
  });

  test('are found by parts of name and id, page by page, with their owners', async ({
    admin,
    em,
  }) => {
    for (let n = 100; n < 160; n += 1) {
      await declareClient(
        em.fork(),
        clientDeclaration(`shelf-${n}`, { name: `Book ${n}` }),
        GRAFANA,
      );
    }
    const first = (await admin.get('/api/clients?search=shelf-')).json();
    const second = (await admin.get(`/api/clients?search=shelf-&after=${first.next}`)).json();
    const found = (await admin.get('/api/clients?search=ook%20123')).json();

    expect([first.clients.length, second.clients.length, second.next]).toEqual([50, 10, null]);
    expect(second.clients[0].name).toBe('Book 150');
    expect(found.clients).toEqual([expect.objectContaining({ id: 'shelf-123', owner: GRAFANA })]);
    expect((await admin.get('/api/clients?search=100%25_')).json().clients).toEqual([]);
  });

  test.for([
    'after=not~base64',
    `after=${Buffer.from('{').toString('base64url')}`,
    'limit=-1',
    'sort=name;drop',
    `search=${'x'.repeat(101)}`,
  ])('are not listed by %s', async (asked, { admin }) => {
    expect((await admin.get(`/api/clients?${asked}`)).statusCode).toBeOneOf([400, 422]);
  });

  test('are changed in part, and the rest stays as it was', async ({ admin, em }) => {
    await create(admin, { id: 'parts', launchUrl: 'https://wiki.example.com' });

    const answer = await change(admin, 'parts', { accessMode: 'nobody', launchUrl: null });

    expect(answer.json()).toMatchObject({
      name: 'Wiki',
      callbackUrls: [CALLBACK],
      accessMode: 'nobody',
      launchUrl: null,
    });
    const [event] = await query<{ details: { changed: { field: string }[] } }>(
      em,
      `select details from audit_events where target = 'client:parts' order by id desc limit 1`,
    );
    expect(event?.details.changed.map(({ field }) => field).toSorted()).toEqual([
      'accessMode',
      'launchUrl',
    ]);
  });

  test('that somebody changed meanwhile are neither overwritten nor deleted', async ({ admin }) => {
    const seen = String((await create(admin, { id: 'stale' })).headers.etag);

    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) => change(admin, 'stale', { name: `Racer ${n}` }, seen)),
    );
    const deleted = await send(admin, 'DELETE', 'stale', { seen });

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 412)).toHaveLength(4);
    expect(deleted.json()).toMatchObject({ status: 412, code: 'changed_meanwhile' });
    const { headers } = await admin.get('/api/clients/stale');
    expect((await send(admin, 'DELETE', 'stale', { seen: String(headers.etag) })).statusCode).toBe(
      204,
    );
    expect((await admin.get('/api/clients/stale')).statusCode).toBe(404);
  });

  test('that a resource declares can only be changed there, which is named', async ({
    admin,
    em,
  }) => {
    await declareClient(em, clientDeclaration('owned'), GRAFANA);

    const answers = [
      await change(admin, 'owned', { name: 'Mine now' }),
      await send(admin, 'DELETE', 'owned'),
      await admin.post('/api/clients/owned/secrets'),
    ];

    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ status: 409, code: 'owned_elsewhere' });
      expect(answer.json().title).toContain(GRAFANA);
    }
    expect((await admin.get('/api/clients/owned')).json()).toMatchObject({
      name: 'owned',
      owner: GRAFANA,
    });
  });

  test('cannot be given another id or owner', async ({ admin }) => {
    await create(admin, { id: 'fixed' });

    for (const payload of [{ id: 'other' }, { owner: GRAFANA }, { isAdmin: true }, {}]) {
      expect((await change(admin, 'fixed', payload)).statusCode).toBe(400);
    }
  });
});

describe('a client is refused, with the field to blame,', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = key.publicKey.export({ format: 'jwk' });

  test.for<[string, object]>([
    ['callbackUrls', { callbackUrls: ['javascript:alert(1)'] }],
    ['callbackUrls', { callbackUrls: ['data:text/html,hi'] }],
    ['callbackUrls', { callbackUrls: ['http://wiki.example/cb'] }],
    ['callbackUrls', { callbackUrls: [`${CALLBACK}#x`] }],
    ['callbackUrls', { callbackUrls: ['https:wiki.example.com/cb'] }],
    ['callbackUrls', { callbackUrls: ['HTTPS://wiki.example.com/cb'] }],
    ['callbackUrls', { callbackUrls: ['https://wiki.example.com/ü'] }],
    ['callbackUrls', { callbackUrls: ['wiki.example.com:443/cb'] }],
    ['callbackUrls', { callbackUrls: [CALLBACK, CALLBACK] }],
    ['callbackUrls', { callbackUrls: [] }],
    ['logoutCallbackUrls', { logoutCallbackUrls: ['https://a@evil.example/'] }],
    ['launchUrl', { launchUrl: 'javascript:alert(1)' }],
    ['launchUrl', { launchUrl: '' }],
    ['name', { name: ' ' }],
    ['name', { name: 'Wiki\r\nBcc: x@y.example' }],
    ['name', { name: 'x'.repeat(101) }],
    ['grantTypes', { grantTypes: [] }],
    ['grantTypes', { grantTypes: ['refresh_token'] }],
    ['accessTokenLifetime', { accessTokenLifetime: 59 }],
    ['accessTokenLifetime', { accessTokenLifetime: 0 }],
    ['refreshTokenLifetime', { refreshTokenLifetime: 10 ** 9 }],
    ['accessGroups', { accessMode: 'groups' }],
    ['accessGroups', { accessMode: 'groups', accessGroups: ['staff', 'staff'] }],
    ['type', { type: 'public' }],
    ['jwks.keys[0]', { jwks: { keys: [key.privateKey.export({ format: 'jwk' })] } }],
    ['jwks.keys[0]', { jwks: { keys: [{ ...jwk, x5c: 'AA' }] } }],
    ['jwks.keys[0]', { jwks: { keys: [{ ...jwk, alg: 'none' }] } }],
    ['federatedCredentials', { federatedCredentials: [{ name: 'A', issuer: 'x', subject: 'y' }] }],
  ])('for its %s: %j', async ([field, wrong], { admin }) => {
    const id = `judged-${Math.random().toString(36).slice(2)}`;
    await create(admin, { id });

    const answer = await change(admin, id, wrong);

    expect(answer.json()).toMatchObject({ status: 422, code: 'invalid_input', field });
    expect((await admin.get(`/api/clients/${id}`)).json()).toMatchObject({
      name: 'Wiki',
      callbackUrls: [CALLBACK],
    });
  });

  test.for<[string, object]>([
    ['id', { id: 'a' }],
    ['id', { id: '../etc' }],
    ['id', { id: 'x'.repeat(129) }],
    ['name', { name: '' }],
    ['pkceRequired', { type: 'public', pkceRequired: false }],
  ])('for its %s when it is made: %j', async ([field, wrong], { admin }) => {
    expect((await create(admin, wrong)).json()).toMatchObject({ status: 422, field });
  });

  test('when it is no JSON of this kind', async ({ admin }) => {
    for (const wrong of [
      { grantTypes: ['password'] },
      { grantTypes: 'implicit' },
      { type: 'trusted' },
      { jwks: { keys: [7] } },
      { accessTokenLifetime: 'forever' },
      JSON.parse('{"__proto__": {"isAdmin": true}}'),
    ]) {
      expect((await create(admin, wrong)).statusCode).toBe(400);
    }
  });
});
