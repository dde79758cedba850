import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { connectDatabase, query } from '#core';
import { createApp } from '../app.ts';
import { Browser } from '../testing/browser.ts';
import { refresh, registerClient, signInTo, userinfo } from '../testing/relying-party.ts';
import { test as base, ORIGIN } from '../testing/test.ts';

const test = base.extend<{ admin: { browser: Browser; id: string } }>({
  admin: async ({ signUp, em }, use) => {
    const { browser, user } = await signUp(`admin-${Math.random().toString(36).slice(2, 8)}`);
    await query(em, 'update users set is_admin = (id = $1)', [user.id]);
    await use({ browser, id: user.id });
  },
});

async function send(browser: Browser, method: 'PATCH' | 'DELETE', url: string, payload = {}) {
  return browser.send({ method, url, payload, headers: { 'sec-fetch-site': 'same-origin' } });
}

describe('a disabled account', () => {
  test('is out everywhere at once, on every replica, with its tokens and links', async ({
    admin,
    app,
    databaseUrl,
    em,
    services,
    signUp,
  }) => {
    const { browser, user } = await signUp('ada');
    const client = await registerClient(em, { skipConsent: true });
    const { tokens } = await signInTo(app, browser, client, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    const link = await admin.browser.post(`/api/users/${user.id}/login-link`);
    const database = await connectDatabase(databaseUrl);
    const replica = await createApp({ ...services, database });

    const answer = await send(admin.browser, 'PATCH', `/api/users/${user.id}`, { disabled: true });

    expect(answer.json()).toMatchObject({ disabled: true, sessions: [] });
    expect((await browser.get('/api/session')).json().user).toBeNull();
    expect((await userinfo(replica, tokens.access_token)).statusCode).toBe(401);
    expect((await refresh(replica, client, tokens.refresh_token)).json().error).toBe(
      'invalid_grant',
    );
    const token = String(link.json().url).split('/').at(-1);
    const used = await new Browser(replica, ORIGIN).post(`/api/login-links/${token}`);
    expect(used.json().code).toBe('login_link_not_valid');
    await replica.close();
    await database.close();
  });

  test('comes back enabled, and signs in again with its passkey', async ({ admin, signUp }) => {
    const { browser, authenticator, user } = await signUp('bea');
    await send(admin.browser, 'PATCH', `/api/users/${user.id}`, { disabled: true });
    const signInAgain = async () => {
      const options = await browser.post('/api/session/options');
      const credential = authenticator.get(options.json());
      return (await browser.post('/api/session', { credential })).statusCode;
    };
    const whileDisabled = await signInAgain();

    await send(admin.browser, 'PATCH', `/api/users/${user.id}`, { disabled: false });

    expect(whileDisabled).toBe(403);
    expect(await signInAgain()).toBe(200);
  });
});

describe('the last administrator', () => {
  test.for([
    ['disabled', 'PATCH', { disabled: true }],
    ['demoted', 'PATCH', { isAdmin: false }],
    ['deleted', 'DELETE', {}],
  ] as const)('is not %s', async ([, method, payload], { admin }) => {
    const answer = await send(admin.browser, method, `/api/users/${admin.id}`, payload);

    expect(answer.json()).toMatchObject({ status: 409, code: 'last_administrator' });
    expect((await admin.browser.get('/api/session')).json().user.isAdmin).toBe(true);
  });

  test('remains when two demote each other at once', async ({ admin, em, signUp }) => {
    const other = await signUp(`second-${Math.random().toString(36).slice(2, 8)}`);
    await query(em, 'update users set is_admin = (id = any($1::uuid[]))', [
      [admin.id, other.user.id],
    ]);

    const answers = await Promise.all([
      send(admin.browser, 'PATCH', `/api/users/${other.user.id}`, { isAdmin: false }),
      send(other.browser, 'PATCH', `/api/users/${admin.id}`, { isAdmin: false }),
    ]);

    const [row] = await query<{ count: number }>(
      em,
      'select count(*)::int as count from users where is_admin',
    );
    expect(row?.count).toBe(1);
    expect(answers.some(({ statusCode }) => statusCode === 200)).toBe(true);
  });
});

describe('the list of users', () => {
  test('goes on where it stopped, and finds by a part of name or address', async ({
    admin,
    em,
  }) => {
    await query(
      em,
      `insert into users (id, username, display_name, email, custom_claims, owner, created_at, updated_at)
       select gen_random_uuid(), 'bulk' || lpad(n::text, 3, '0'), 'Person ' || n, 'bulk' || n || '@example.org',
              '[]', 'admin', now(), now() from generate_series(1, 120) n`,
    );
    const names: string[] = [];
    for (let after = ''; ; ) {
      const page = (await admin.browser.get(`/api/users?search=bulk&after=${after}`)).json();
      names.push(...page.users.map(({ username }: { username: string }) => username));
      if (!page.next) {
        break;
      }
      after = page.next;
    }
    const found = (await admin.browser.get('/api/users?search=BULK7@example')).json();
    const wild = (await admin.browser.get('/api/users?search=%25')).json();

    expect(names).toHaveLength(120);
    expect(new Set(names).size).toBe(120);
    expect(found.users).toMatchObject([{ username: 'bulk007' }]);
    expect(wild.users).toEqual([]);
  });

  test('and everything else here is for administrators', async ({ browser, signUp }) => {
    const { browser: hers, user } = await signUp(`plain-${Math.random().toString(36).slice(2, 8)}`);
    const requests = (who: Browser) =>
      Promise.all([
        who.get('/api/users'),
        who.get(`/api/users/${user.id}`),
        send(who, 'PATCH', `/api/users/${user.id}`, { isAdmin: true }),
        send(who, 'DELETE', `/api/users/${user.id}`),
        send(who, 'DELETE', `/api/users/${user.id}/sessions/${user.id}`),
      ]);

    const plain = await requests(hers);
    const nobody = await requests(browser);

    expect(plain.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 403, 403]);
    expect(nobody.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401, 401]);
  });
});

test('what an administrator does to a user is in the audit log with its author', async ({
  admin,
  em,
  signUp,
}) => {
  const { user } = await signUp(`watched-${Math.random().toString(36).slice(2, 8)}`);

  await send(admin.browser, 'PATCH', `/api/users/${user.id}`, { isAdmin: true });
  await send(admin.browser, 'PATCH', `/api/users/${user.id}`, { isAdmin: false });
  await send(admin.browser, 'DELETE', `/api/users/${user.id}`);

  const events = await query(
    em,
    `select event, actor from audit_events where user_id = $1 and event like 'user_%' order by id`,
    [user.id],
  );
  expect(events).toEqual(
    ['user_promoted', 'user_demoted', 'user_deleted'].map((event) => ({
      event,
      actor: `user:${admin.id}`,
    })),
  );
});

describe('an account', () => {
  const unique = (name: string) => `${name}-${Math.random().toString(36).slice(2, 8)}`;

  test('is given another name and address, which nobody has confirmed yet', async ({
    admin,
    em,
    signUp,
  }) => {
    const { user } = await signUp(unique('renamed'));
    await query(em, 'update users set email_verified = true where id = $1', [user.id]);
    const url = `/api/users/${user.id}`;
    const email = `${unique('new')}@example.com`;

    const sameMailbox = await send(admin.browser, 'PATCH', url, {
      email: user.email.toUpperCase(),
    });
    const answer = await send(admin.browser, 'PATCH', url, { displayName: ' New Name ', email });

    expect(sameMailbox.json().emailVerified).toBe(true);
    expect(answer.json()).toMatchObject({ displayName: 'New Name', email, emailVerified: false });
    const events = await query(
      em,
      `select actor, details -> 'changed' -> 0 ->> 'field' as first from audit_events
       where user_id = $1 and event = 'account_changed' order by id`,
      [user.id],
    );
    expect(events).toEqual([
      { actor: `user:${admin.id}`, first: 'email' },
      { actor: `user:${admin.id}`, first: 'displayName' },
    ]);
  });

  test.for([
    ['email', { email: 'a@b.example,c@d.example' }],
    ['email', { email: 'a@b.example\r\nBcc: c@d.example' }],
    ['displayName', { displayName: ' ' }],
    ['displayName', { displayName: 'half \ud83d' }],
    ['customClaims', { customClaims: [{ key: 'sub', value: 'x' }] }],
  ] as const)('is not given an unusable %s', async ([field, change], { admin, signUp }) => {
    const { user } = await signUp(unique('kept'));

    const answer = await send(admin.browser, 'PATCH', `/api/users/${user.id}`, change);

    expect(answer.json()).toMatchObject({ status: 422, field });
  });

  test('changes as a whole or not at all', async ({ admin, signUp }) => {
    const [one, other] = [await signUp(unique('one')), await signUp(unique('other'))];
    const url = `/api/users/${one.user.id}`;
    const before = (await admin.browser.get(url)).json();

    const taken = await send(admin.browser, 'PATCH', url, {
      displayName: 'Half',
      email: other.user.email,
    });
    const claims = await send(admin.browser, 'PATCH', url, {
      displayName: 'Half',
      isAdmin: true,
      customClaims: [{ key: 'iss', value: 'x' }],
    });

    expect(taken.json()).toMatchObject({ status: 409, code: 'already_taken', field: 'email' });
    expect(claims.statusCode).toBe(422);
    expect((await admin.browser.get(url)).json()).toEqual(before);
  });

  test('that somebody changed meanwhile is neither overwritten nor deleted', async ({
    admin,
    signUp,
  }) => {
    const { user } = await signUp(unique('raced'));
    const url = `/api/users/${user.id}`;
    const seen = String((await admin.browser.get(url)).headers.etag);
    const conditional = (method: 'PATCH' | 'DELETE', payload = {}) =>
      admin.browser.send({
        method,
        url,
        payload,
        headers: { 'sec-fetch-site': 'same-origin', 'if-match': seen },
      });

    const answers = await Promise.all(
      ['A', 'B', 'C'].map((displayName) => conditional('PATCH', { displayName })),
    );
    const removal = await conditional('DELETE');

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 412, 412]);
    expect(removal.json().code).toBe('changed_meanwhile');
  });

  test('of the directory keeps the name and address it has there', async ({
    admin,
    em,
    signUp,
  }) => {
    const { user } = await signUp(unique('directory'));
    await query(em, `update users set owner = 'ldap' where id = $1`, [user.id]);
    const url = `/api/users/${user.id}`;

    const refused = await send(admin.browser, 'PATCH', url, { displayName: 'Mine' });
    const claims = await send(admin.browser, 'PATCH', url, {
      displayName: user.displayName,
      customClaims: [{ key: 'desk', value: '4' }],
    });

    expect(refused.json()).toMatchObject({ status: 409, code: 'owned_elsewhere' });
    expect(claims.json()).toMatchObject({ owner: 'ldap', customClaims: [{ key: 'desk' }] });
  });

  test('whose claims are set here has them in the next ID token, before those of groups', async ({
    admin,
    app,
    em,
    signUp,
  }) => {
    const { browser, user } = await signUp(unique('claiming'));
    const client = await registerClient(em, { skipConsent: true });
    const group = await admin.browser.post('/api/groups', {
      name: unique('a-group'),
      customClaims: [
        { key: 'floor', value: '3' },
        { key: 'desk', value: '"group"' },
      ],
    });
    await admin.browser.send({
      method: 'PUT',
      url: `/api/groups/${group.json().id}/members/${user.id}`,
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    await send(admin.browser, 'PATCH', `/api/users/${user.id}`, {
      customClaims: [{ key: 'desk', value: '{"room":7}' }],
    });

    const { tokens } = await signInTo(app, browser, client);

    expect(decodeJwt(tokens.id_token)).toMatchObject({ floor: 3, desk: { room: 7 } });
  });
});

describe('the list of users, asked for part of them', () => {
  test('filters and sorts, and goes on in that order', async ({ admin, em }) => {
    await query(
      em,
      `insert into users (id, username, display_name, email, owner, created_at, updated_at, disabled_at, is_admin)
       select gen_random_uuid(), 'part' || lpad(n::text, 3, '0'), 'P' || (999 - n), 'part' || n || '@example.org',
              'admin', now() - n * interval '1 day', now(), case when n % 2 = 0 then now() end, n = 1
       from generate_series(1, 120) n`,
    );
    const read = async (asked: string) => {
      const names: string[] = [];
      for (let after = ''; ; ) {
        const url = `/api/users?search=part&${asked}&after=${after}`;
        const page = (await admin.browser.get(url)).json();
        names.push(...page.users.map(({ username }: { username: string }) => username));
        if (!page.next) {
          return names;
        }
        after = page.next;
      }
    };
    const all = Array.from({ length: 120 }, (_, n) => `part${String(n + 1).padStart(3, '0')}`);

    expect(await read('sort=username')).toEqual(all);
    expect(await read('sort=-username')).toEqual(all.toReversed());
    expect(await read('sort=displayName')).toEqual(all.toReversed());
    expect(await read('sort=-createdAt')).toEqual(all);
    expect(await read('disabled=true')).toEqual(all.filter((_, n) => n % 2 === 1));
    expect(await read('isAdmin=true')).toEqual(['part001']);
    expect(await read('isAdmin=true&disabled=true')).toEqual([]);
  });

  test.for(['sort=email', 'after=part001', 'disabled=perhaps', 'limit=-1'])(
    'refuses %s',
    async (asked, { admin }) => {
      expect([400, 422]).toContain((await admin.browser.get(`/api/users?${asked}`)).statusCode);
    },
  );
});
