import { describe, expect } from 'vitest';
import { query } from '#core';
import type { Browser } from '../testing/browser.ts';
import { test } from '../testing/test.ts';

const SETTINGS = {
  name: 'Example ID',
  sessionLifetime: 3_600,
  sessionIdleLifetime: null,
  signUp: 'open',
  defaultGroups: ['staff'],
  loginLinksByEmail: true,
  mailNewDevices: false,
};

async function put(browser: Browser, payload: object, headers: Record<string, string> = {}) {
  return browser.send({
    method: 'PUT',
    url: '/api/settings/general',
    payload,
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  });
}

describe('general settings', () => {
  test('are read and changed by administrators only', async ({ browser, signUp }) => {
    const { browser: member } = await signUp('member');
    const ask = async (who: Browser) => [
      (await who.get('/api/settings/general')).statusCode,
      (await put(who, SETTINGS)).statusCode,
    ];

    expect(await ask(browser)).toEqual([401, 401]);
    expect(await ask(member)).toEqual([403, 403]);
  });

  test('are in force at once, and the audit log keeps what was before and after', async ({
    admin,
    browser,
    em,
  }) => {
    await query(em, `delete from settings where key = 'general'`);

    const answer = await put(admin, SETTINGS);
    await put(admin, SETTINGS);

    expect(answer.json()).toMatchObject({ ...SETTINGS, owner: 'admin' });
    expect((await browser.get('/api/session')).json().instance).toMatchObject({
      name: 'Example ID',
      signUp: 'open',
      loginLinksByEmail: true,
    });
    const events = await query<{ actor: string; details: { changed: object[] } }>(
      em,
      `select actor, details from audit_events where event = 'settings_changed'`,
    );
    expect(events).toHaveLength(1);
    expect(events[0]?.actor).toMatch(/^user:/);
    expect(events[0]?.details.changed).toContainEqual({
      field: 'signUp',
      desired: 'open',
      actual: 'invite',
    });
  });

  test('that somebody changed meanwhile are not overwritten', async ({ admin }) => {
    const seen = String((await admin.get('/api/settings/general')).headers.etag);
    const first = await put(admin, { ...SETTINGS, name: 'First' }, { 'if-match': seen });

    const second = await put(admin, { ...SETTINGS, name: 'Second' }, { 'if-match': seen });
    const again = await put(
      admin,
      { ...SETTINGS, name: 'Third' },
      { 'if-match': String(first.headers.etag) },
    );

    expect(second.json()).toMatchObject({ status: 412, code: 'changed_meanwhile' });
    expect(again.json().name).toBe('Third');
  });

  test('that two change at once from the same state are changed by one', async ({ admin }) => {
    const seen = String((await admin.get('/api/settings/general')).headers.etag);

    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        put(admin, { ...SETTINGS, name: `Racer ${n}` }, { 'if-match': seen }),
      ),
    );

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 412)).toHaveLength(7);
  });

  test.for<[string, object]>([
    ['name', { name: ' ' }],
    ['name', { name: 'Example\r\nBcc: x@y.example' }],
    ['sessionLifetime', { sessionLifetime: 10 }],
    ['sessionLifetime', { sessionLifetime: 10 ** 9 }],
    ['sessionIdleLifetime', { sessionIdleLifetime: 299 }],
  ])('with an unusable %s are refused', async ([field, change], { admin }) => {
    expect((await put(admin, { ...SETTINGS, ...change })).json()).toMatchObject({
      status: 422,
      field,
    });
  });

  test.for<[string, object]>([
    ['a mode that does not exist', { signUp: 'sometimes' }],
    ['a field that nobody knows', { isAdmin: true }],
  ])('with %s are refused', async ([, change], { admin }) => {
    expect((await put(admin, { ...SETTINGS, ...change })).statusCode).toBe(400);
  });

  test('that a resource declares can only be changed there', async ({ admin, em }) => {
    const owner = 'kubernetes:Settings/permiso/default';
    await query(em, `delete from settings where key = 'general'`);
    await em.transactional(async (tx) => {
      await query(tx, `select set_config('permiso.actor', $1, true)`, [owner]);
      await query(
        tx,
        `insert into settings (key, value, owner, updated_at) values ('general', '{"name": "Declared"}', $1, now())`,
        [owner],
      );
    });

    const answer = await put(admin, SETTINGS);

    expect(answer.json()).toMatchObject({ status: 409, code: 'owned_elsewhere' });
    expect((await admin.get('/api/settings/general')).json()).toMatchObject({
      name: 'Declared',
      owner,
    });
  });
});
