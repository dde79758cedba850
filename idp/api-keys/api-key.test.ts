import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { query } from '#core';
import { createApp } from '../app.ts';
import type { Browser } from '../testing/browser.ts';
import { signIn } from '../testing/people.ts';
import { test as base } from '../testing/test.ts';

const STATIC_KEY = 'a static key for tests, long enough to be one';

interface Key {
  id: string;
  key: string;
}

/** Makes a key with the session of this browser. */
async function issue(
  browser: Browser,
  { scope = 'full', ...rest }: object & { scope?: string } = {},
) {
  const answer = await browser.post('/api/account/api-keys', {
    name: 'deploy',
    expiresAt: null,
    ...rest,
    scope,
  });
  return { answer, ...(answer.json() as Key) };
}

const test = base.extend<{
  /** A request without a browser: no cookie, no Origin. */
  call: (
    key: string,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
  ) => ReturnType<Browser['get']>;

  /** Signed in with a passkey just now. */
  chief: { browser: Browser; id: string };
}>({
  call: async ({ app }, use) => {
    await use(async (key, method, url, payload) =>
      app.inject({ method, url, headers: { 'x-api-key': key }, ...(payload && { payload }) }),
    );
  },
  chief: async ({ signUp, em }, use) => {
    const person = await signUp(`chief-${randomUUID().slice(0, 8)}`);
    await signIn(person.browser, person.authenticator);
    await query(em, 'update users set is_admin = true where id = $1', [person.user.id]);
    await use({ browser: person.browser, id: person.user.id });
  },
});

describe('an API key', () => {
  test('of an administrator does what they may, without cookie or Origin, in either header', async ({
    app,
    call,
    chief,
  }) => {
    const { key } = await issue(chief.browser);

    const users = await call(key, 'GET', '/api/users');
    const invite = await call(key, 'POST', '/api/invites', {
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    const bearer = await app.inject({
      url: '/api/users',
      headers: { authorization: `Bearer ${key}` },
    });

    expect(key).toMatch(/^permiso_[\w-]{43}$/);
    expect([users, invite, bearer].map(({ statusCode }) => statusCode)).toEqual([200, 201, 200]);
  });

  test('that may only read changes nothing', async ({ call, chief, em }) => {
    const { key } = await issue(chief.browser, { scope: 'read-only' });

    const read = await call(key, 'GET', '/api/users');
    const refused = await Promise.all([
      call(key, 'PATCH', `/api/users/${chief.id}`, { disabled: true }),
      call(key, 'DELETE', `/api/users/${chief.id}`),
      call(key, 'PATCH', '/api/account', { displayName: 'Mallory' }),
    ]);

    expect(read.statusCode).toBe(200);
    expect(refused.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
      refused.map(() => [403, 'api_key_read_only']),
    );
    const [row] = await query(em, 'select disabled_at, display_name from users where id = $1', [
      chief.id,
    ]);
    expect(row).toMatchObject({ disabled_at: null });
  });

  test.for([
    ['registers no passkey', 'POST', '/api/account/passkeys/options', {}],
    ['removes no passkey', 'DELETE', '/api/account/passkeys/any', undefined],
    [
      'makes no other key',
      'POST',
      '/api/account/api-keys',
      { name: 'x', scope: 'full', expiresAt: null },
    ],
    ['renews no key', 'POST', `/api/account/api-keys/${randomUUID()}/renew`, { expiresAt: null }],
    ['changes no address', 'POST', '/api/account/email', { email: 'mallory@example.org' }],
    ['begins no step-up', 'POST', '/api/session/step-up/options', {}],
    ['begins no sign-in', 'POST', '/api/session/options', {}],
    ['uses no login link', 'POST', '/api/login-links/any', {}],
    ['signs nobody up', 'POST', '/api/sign-up/any/options', {}],
    ['sets nothing up', 'POST', '/api/set-up/options', {}],
  ] as const)('%s', async ([, method, url, payload], { call, chief }) => {
    const { key } = await issue(chief.browser);

    const answer = await call(key, method, url, payload);

    expect(answer.json()).toMatchObject({ status: 403, code: 'api_key_not_allowed' });
  });

  test('of somebody who is no administrator is theirs alone', async ({ call, em, signUp }) => {
    const { browser, user, authenticator } = await signUp(`plain-${randomUUID().slice(0, 8)}`);
    await signIn(browser, authenticator);
    const { key } = await issue(browser);

    const own = await call(key, 'GET', '/api/account');
    const all = await call(key, 'GET', '/api/users');
    await query(em, 'update users set is_admin = true where id = $1', [user.id]);
    const promoted = await call(key, 'GET', '/api/users');

    expect(own.json()).toMatchObject({ username: user.username });
    expect(all.json()).toMatchObject({ status: 403, code: 'not_allowed' });
    expect(promoted.json()).toMatchObject({ status: 403, code: 'not_allowed' });
  });

  test.for([
    ['it is revoked', 'delete from api_keys where user_id = $1'],
    [
      'it has expired',
      `update api_keys set expires_at = now() - interval '1 second' where user_id = $1`,
    ],
    ['its owner is disabled', 'update users set disabled_at = now() where id = $1'],
    ['its owner is no administrator any more', 'update users set is_admin = false where id = $1'],
    ['its owner is deleted', 'delete from users where id = $1'],
  ])('is dead at once when %s', async ([, sql = ''], { call, chief, em }) => {
    const { key } = await issue(chief.browser);
    const before = await call(key, 'GET', '/api/account');

    await query(em, sql, [chief.id]);
    const after = await call(key, 'GET', '/api/account');

    expect(before.statusCode).toBe(200);
    expect(after.json()).toMatchObject({ status: 401, code: 'api_key_not_valid' });
  });

  test('that is renewed has another value, and the one before is dead', async ({ call, chief }) => {
    const first = await issue(chief.browser);

    const renewed = await chief.browser.post(`/api/account/api-keys/${first.id}/renew`, {
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    });

    const { key } = renewed.json();
    expect((await call(first.key, 'GET', '/api/account')).statusCode).toBe(401);
    expect((await call(key, 'GET', '/api/account')).statusCode).toBe(200);
  });

  test('is kept as a hash, and its last use to the minute', async ({ call, chief, em }) => {
    const { id, key } = await issue(chief.browser);
    await call(key, 'GET', '/api/account');
    const read = () =>
      query(em, 'select xmin::text, a::text as row from api_keys a where id = $1', [id]);
    const [first] = await read();

    await call(key, 'GET', '/api/account');

    expect(await read()).toEqual([first]);
    expect(JSON.stringify(first)).not.toContain(key.slice('permiso_'.length));
    const { apiKeys } = (await chief.browser.get('/api/account/api-keys')).json();
    expect(apiKeys).toMatchObject([{ id, state: 'active', lastUsedAt: expect.any(String) }]);
  });

  test('stands in the audit log for what it did, with its owner', async ({ call, chief, em }) => {
    const { id, key } = await issue(chief.browser);
    const { username } = (await call(key, 'GET', '/api/account')).json();

    await call(key, 'PATCH', '/api/account', { displayName: 'By a key' });
    await call(key, 'DELETE', `/api/account/api-keys/${id}`);

    const events = await query(
      em,
      `select event, actor, actor_name from audit_events where user_id = $1 order by id desc limit 3`,
      [chief.id],
    );
    const actor = `api-key:${id}`;
    expect(events).toEqual([
      { event: 'api_key_revoked', actor, actor_name: username },
      { event: 'account_changed', actor, actor_name: username },
      { event: 'api_key_created', actor: `user:${chief.id}`, actor_name: username },
    ]);
  });
});

test('text that no database holds is refused, and no accident', async ({ chief }) => {
  const answers = await Promise.all(
    ['/api/api-keys?search=%00', '/api/account/api-keys?search=a%00b', '/api/users?search=%00'].map(
      (url) => chief.browser.get(url),
    ),
  );

  expect(answers.map(({ statusCode }) => statusCode < 500)).toEqual([true, true, true]);
});

describe('making an API key', () => {
  test('asks for a fresh passkey', async ({ signUp }) => {
    const { browser } = await signUp(`stale-${randomUUID().slice(0, 8)}`);

    const { answer } = await issue(browser);

    expect(answer.json()).toMatchObject({ status: 403, code: 'fresh_passkey_required' });
  });

  test.for([
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 422],
    ['a name of blanks', { name: '   ' }, 422],
    ['a name with a line break', { name: 'a\nb' }, 422],
    ['a scope that does not exist', { scope: 'everything' }, 400],
    ['an owner', { userId: randomUUID() }, 400],
  ] as const)('is refused with %s', async ([, wanted, status], { chief }) => {
    const { answer } = await issue(chief.browser, wanted);

    expect(answer.statusCode).toBe(status);
  });

  test('ends at fifty of one person, however many are made at once', async ({ chief, em }) => {
    await query(
      em,
      `insert into api_keys (id, token_hash, user_id, name, scope, is_admin)
       select gen_random_uuid(), gen_random_uuid()::text, $1, 'bulk', 'full', true from generate_series(1, 48)`,
      [chief.id],
    );

    const answers = await Promise.all([1, 2, 3, 4].map(() => issue(chief.browser)));

    const codes = answers.map(({ answer }) => answer.statusCode).sort();
    expect(codes).toEqual([201, 201, 409, 409]);
  });
});

describe('the API keys of everybody', () => {
  test('are listed and revoked by administrators, page by page', async ({
    call,
    chief,
    em,
    signUp,
  }) => {
    const { user } = await signUp(`many-${randomUUID().slice(0, 8)}`);
    await query(
      em,
      `insert into api_keys (id, token_hash, user_id, name, scope, is_admin, created_at)
       select gen_random_uuid(), gen_random_uuid()::text, $1, 'bulk', 'full', false, '2026-01-01' from generate_series(1, 60)`,
      [user.id],
    );
    const search = `/api/api-keys?search=${user.username.slice(0, -1)}`;

    const first = (await chief.browser.get(search)).json();
    const second = (await chief.browser.get(`${search}&after=${first.next}`)).json();
    const gone = await chief.browser.send({
      method: 'DELETE',
      url: `/api/api-keys/${first.apiKeys[0].id}`,
      headers: { 'sec-fetch-site': 'same-origin' },
    });

    const ids = [...first.apiKeys, ...second.apiKeys].map(({ id }: { id: string }) => id);
    expect([first.apiKeys.length, second.apiKeys.length, second.next]).toEqual([50, 10, null]);
    expect(new Set(ids).size).toBe(60);
    expect(gone.statusCode).toBe(204);
    expect((await call('permiso_no', 'GET', '/api/api-keys')).statusCode).toBe(401);
  });

  test('are nobody else’s business', async ({ chief, signUp }) => {
    const { id } = await issue(chief.browser);
    const { browser } = await signUp(`nosy-${randomUUID().slice(0, 8)}`);
    const remove = (url: string) =>
      browser.send({ method: 'DELETE', url, headers: { 'sec-fetch-site': 'same-origin' } });

    expect((await browser.get('/api/api-keys')).statusCode).toBe(403);
    expect((await remove(`/api/api-keys/${id}`)).statusCode).toBe(403);
    expect((await remove(`/api/account/api-keys/${id}`)).statusCode).toBe(404);
    expect((await browser.get('/api/account/api-keys')).json().apiKeys).toEqual([]);
  });
});

describe('STATIC_API_KEY', () => {
  test('is an administrator without an account', async ({ services, em }) => {
    const config = { ...services.config, STATIC_API_KEY: STATIC_KEY };
    const app = await createApp({ ...services, config });
    const headers = { 'x-api-key': STATIC_KEY };

    const users = await app.inject({ url: '/api/users', headers });
    const account = await app.inject({ url: '/api/account', headers });
    const made = await app.inject({
      method: 'POST',
      url: '/api/clients',
      headers,
      payload: { name: 'Grafana', callbackUrls: ['https://grafana.example.com/cb'] },
    });
    const wrong = await app.inject({
      url: '/api/users',
      headers: { 'x-api-key': `${STATIC_KEY}.` },
    });

    expect([users, made, wrong].map(({ statusCode }) => statusCode)).toEqual([200, 201, 401]);
    expect(account.json()).toMatchObject({ status: 403, code: 'api_key_not_allowed' });
    const actors = await query(em, `select 1 from audit_events where actor = 'api-key:static'`);
    expect(actors.length).toBe(1);
    await app.close();
  });
});

describe('a wrong API key', () => {
  test('is counted by network, and keeps no right one out', async ({ chief, app }) => {
    const { key } = await issue(chief.browser);
    const tryWrong = () =>
      app.inject({
        url: '/api/users',
        remoteAddress: '203.0.113.9',
        headers: { authorization: 'Bearer permiso_wrong' },
      });
    for (let count = 0; count < 60; count += 1) {
      await tryWrong();
    }

    const closed = await tryWrong();

    expect(closed.json()).toMatchObject({ status: 429, code: 'too_many_attempts' });
    expect(closed.headers['retry-after']).toBeDefined();
    const right = await app.inject({
      url: '/api/users',
      remoteAddress: '203.0.113.9',
      headers: { 'x-api-key': key },
    });
    expect(right.statusCode).toBe(200);
  });

  test('does not fall back to the cookie, which another site may have made a browser send', async ({
    app,
    chief,
  }) => {
    const cookie = `__Host-permiso_session=${chief.browser.cookie('__Host-permiso_session')}`;
    const cross = { cookie, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' };
    const send = (headers: Record<string, string>) =>
      app.inject({
        method: 'PATCH',
        url: `/api/users/${chief.id}`,
        headers: { ...cross, ...headers },
        payload: { disabled: true },
      });

    const without = await send({});
    const wrong = await send({ 'x-api-key': 'wrong' });
    const empty = await send({ 'x-api-key': '' });
    const basic = await send({ authorization: 'Basic abc' });

    expect([without, wrong, empty, basic].map(({ statusCode }) => statusCode)).toEqual([
      403, 401, 401, 403,
    ]);
  });
});
