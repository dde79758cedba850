import { Attribute, Change } from 'ldapts';
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import { query } from '#core';
import { type Slapd, startSlapd } from '#core/testing/slapd';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import {
  declareDirectory,
  forgetDirectory,
  listAccounts,
  openLdapSettings,
  synchronise,
} from '../testing/directory.ts';
import { signIn } from '../testing/people.ts';
import { test as appTest, ORIGIN } from '../testing/test.ts';
import { refreshPerson } from './ldap.refresh.ts';

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
const ADA = 'uid=ada,dc=example,dc=com';
const GROUP = 'cn=engineering,dc=example,dc=com';

let slapd: Slapd;

beforeAll(async () => {
  slapd = await startSlapd();
}, 180_000);

afterAll(() => slapd.close());

afterEach(() => slapd.resume());

const test = appTest.extend<{ directory: { ada: string } }>({
  directory: async ({ em, services, admin: _admin }, use) => {
    await declareDirectory(em, services, openLdapSettings(slapd, { maxRemovedPercent: 100 }));
    await synchronise(services);
    const ada = (await listAccounts(em.fork())).find(({ username }) => username === 'ada');
    await use({ ada: String(ada?.id) });
    await forgetDirectory(em);
  },
});

const send = (
  browser: Browser,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  payload?: object,
) => browser.send({ method, url, ...(payload && { payload }), headers: SAME_ORIGIN });

describe('synchronisations', () => {
  test('are seen and begun by administrators only', async ({ browser, signUp }) => {
    const { browser: member } = await signUp('member');
    const ask = async (who: Browser) => [
      (await send(who, 'GET', '/api/ldap/syncs')).statusCode,
      (await send(who, 'POST', '/api/ldap/sync')).statusCode,
    ];

    expect(await ask(browser)).toEqual([401, 401]);
    expect(await ask(member)).toEqual([403, 403]);
  });

  test('are begun by hand, listed with what became of them, and audited', async ({
    admin,
    directory: _,
    em,
  }) => {
    const answer = await send(admin, 'POST', '/api/ldap/sync');

    expect(answer.statusCode).toBe(202);
    expect(answer.json().syncs[0]).toMatchObject({
      state: expect.stringMatching(/running|succeeded/),
      actor: expect.stringMatching(/^user:/),
    });
    await vi.waitFor(
      async () =>
        expect((await send(admin, 'GET', '/api/ldap/syncs')).json().syncs[0]).toMatchObject({
          state: 'succeeded',
          reason: null,
          counts: { users: 1, groups: 1 },
          skipped: [],
          conflicts: [],
        }),
      { timeout: 30_000 },
    );
    const events = await query<{ actor: string }>(
      em,
      `select actor from audit_events where event = 'directory_synced'`,
    );
    expect(events).toMatchObject([{ actor: expect.stringMatching(/^user:/) }]);
  });

  test('need a directory', async ({ admin, em }) => {
    await query(em, `delete from settings where key = 'ldap'`);

    expect((await send(admin, 'POST', '/api/ldap/sync')).json()).toMatchObject({
      status: 404,
      title: 'There is no directory yet: save its settings first',
    });
  });
});

describe('a person of the directory', () => {
  test.for<[string, 'PATCH' | 'DELETE', object | undefined]>([
    ['the name', 'PATCH', { displayName: 'Eve' }],
    ['the address', 'PATCH', { email: 'eve@example.com' }],
    ['the account', 'DELETE', undefined],
  ])('is the directory’s: %s', async ([, method, payload], { admin, directory: { ada } }) => {
    const answer = await send(admin, method, `/api/users/${ada}`, payload);

    expect(answer.json()).toMatchObject({
      status: 409,
      code: 'owned_elsewhere',
      title: expect.stringContaining('is declared by ldap'),
    });
  });

  test('gets in by a login link, and then by a passkey of their own', async ({
    admin,
    directory: { ada },
    app,
    em,
  }) => {
    const browser = new Browser(app, ORIGIN);
    const authenticator = new SoftwareAuthenticator(ORIGIN);
    const link = (await admin.post(`/api/users/${ada}/login-link`)).json().url as string;
    await browser.post(`/api/login-links/${link.replace(`${ORIGIN}/login-link/`, '')}`);
    const options = await browser.post('/api/account/passkeys/options');
    const credential = authenticator.create(options.json());
    expect((await browser.post('/api/account/passkeys', { credential })).statusCode).toBe(201);
    await signIn(browser, authenticator);

    expect((await browser.get('/api/session')).json()).toMatchObject({ user: { username: 'ada' } });
    expect((await browser.get('/api/account')).json()).toMatchObject({ email: 'ada@example.com' });
    const answers = [
      await send(browser, 'PATCH', '/api/account', { displayName: 'Eve' }),
      await send(browser, 'PATCH', '/api/account', { language: 'de' }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([409, 200]);
    expect(
      await query(em, 'select count(*)::int as n from passkeys where user_id = $1', [ada]),
    ).toEqual([{ n: 1 }]);
  });
});

describe('at sign-in', () => {
  test('what the directory says now counts: names, groups, and that somebody has gone', async ({
    services,
    directory: { ada },
    em,
  }) => {
    const accountOf = async () =>
      (await listAccounts(em.fork())).find(({ username }) => username === 'ada');
    const entry = {
      objectClass: 'inetOrgPerson',
      uid: 'ada',
      cn: 'Ada Lovelace',
      sn: 'Lovelace',
      mail: 'ada@example.com',
    };
    const modification = new Attribute({ type: 'cn', values: ['Ada King'] });
    await slapd.change((client) =>
      client.modify(ADA, new Change({ operation: 'replace', modification })),
    );
    await slapd.change((client) => client.modifyDN(GROUP, 'cn=builders'));

    await refreshPerson(services, ada);

    expect(await accountOf()).toMatchObject({
      displayName: 'Ada King',
      groups: ['engineering'],
      disabled: false,
    });
    await slapd.change((client) =>
      client.modifyDN('cn=builders,dc=example,dc=com', 'cn=engineering'),
    );
    await slapd.change((client) => client.del(ADA));
    await refreshPerson(services, ada);
    expect(await accountOf()).toMatchObject({ disabled: true });
    await slapd.change((client) => client.add(ADA, entry));
  });

  test('a directory that hangs, is away or is searched by a wrong filter locks nobody out', async ({
    services,
    directory: { ada },
    em,
  }) => {
    const before = await listAccounts(em.fork());

    slapd.pause();
    await refreshPerson(services, ada, 200);
    slapd.resume();
    const { users } = openLdapSettings(slapd);
    for (const wrong of [
      { url: 'ldap://127.0.0.1:1' },
      { users: { ...users, filter: '(objectClass=nothing)' } },
    ]) {
      await declareDirectory(em, services, openLdapSettings(slapd, wrong));
      await refreshPerson(services, ada);
    }

    expect(await listAccounts(em.fork())).toEqual(before);
  });

  test('a group that somebody joined a moment ago opens what it opens', async ({
    services,
    directory: { ada },
    em,
  }) => {
    await query(em, 'delete from group_members where user_id = $1', [ada]);

    await refreshPerson(services, ada);

    const [account] = (await listAccounts(em.fork())).filter(({ id }) => id === ada);
    expect(account).toMatchObject({ groups: ['engineering'] });
  });
});
