import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  declareSettings,
  findSettings,
  kubernetesOwner,
  LDAP_PRESETS,
  type LdapSettings,
  query,
} from '#core';
import { type Slapd, startSlapd } from '#core/testing/slapd';
import type { Browser } from '../testing/browser.ts';
import { test as base } from '../testing/test.ts';

const test = base.extend<{ noSettings: undefined }>({
  noSettings: [
    async ({ em }, use) => {
      await em.transactional(async (tx) => {
        await tx.execute('set local session_replication_role = replica');
        await query(tx, 'delete from settings');
      });
      await use(undefined);
    },
    { auto: true },
  ],
});

const DIRECTORY = {
  url: 'ldaps://ldap.example.com',
  startTls: false,
  allowPlaintext: false,
  insecureSkipVerify: false,
  ca: null,
  bindDn: 'cn=permiso,dc=example,dc=com',
  baseDn: 'dc=example,dc=com',
  ...LDAP_PRESETS.OpenLDAP,
  adminGroup: 'admins',
  removedUsers: 'disable',
  syncInterval: 3_600,
  maxRemovedPercent: 20,
};

const PASSWORD = 'open sesame';

async function send(browser: Browser, change: object, headers: Record<string, string> = {}) {
  return browser.send({
    method: 'PUT',
    url: '/api/settings/ldap',
    payload: { ...DIRECTORY, ...change },
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  });
}

describe('the directory', () => {
  test('is saved; its password is encrypted, kept when it is not given, and never read back', async ({
    admin,
    em,
    services,
  }) => {
    const none = (await admin.get('/api/settings/ldap')).json();
    await send(admin, { bindPassword: PASSWORD });

    const answer = await send(admin, { adminGroup: null });

    const stored = (await findSettings(em, 'ldap'))?.value;
    expect(none).toEqual({
      settings: null,
      presets: LDAP_PRESETS,
      owner: 'admin',
      version: 'none',
    });
    expect(answer.json().settings).toEqual({ ...DIRECTORY, adminGroup: null });
    expect(answer.body).not.toContain(stored?.bind.password);
    expect(services.keyring.decrypt(stored?.bind.password ?? '', 'settings/ldap/password')).toBe(
      PASSWORD,
    );
  });

  test.for<[string, object, object]>([
    ['another server', {}, { url: 'ldaps://ldap.evil.example' }],
    ['whoever stands between', {}, { insecureSkipVerify: true }],
    [
      'whoever listens',
      { url: 'ldap://ldap.example.com', startTls: true },
      { url: 'ldap://ldap.example.com', allowPlaintext: true },
    ],
  ])('never has its password sent to %s', async ([, before, change], { admin }) => {
    await send(admin, { ...before, bindPassword: PASSWORD });

    const saved = await send(admin, change);
    const tried = await admin.post('/api/settings/ldap/test', { ...DIRECTORY, ...change });

    for (const answer of [saved, tried]) {
      expect(answer.json()).toMatchObject({ status: 422, field: 'bindPassword' });
    }
    expect((await send(admin, { ...change, bindPassword: 'another' })).statusCode).toBe(200);
  });

  test('that somebody changed meanwhile is not overwritten', async ({ admin }) => {
    const { headers } = await send(admin, { bindPassword: PASSWORD });
    const seen = String(headers.etag);
    await send(admin, { maxRemovedPercent: 5 });

    const answer = await send(admin, { maxRemovedPercent: 6 }, { 'if-match': seen });

    expect(answer.json()).toMatchObject({ status: 412, code: 'changed_meanwhile' });
  });

  test.for<[string, object, string]>([
    ['an address with a base DN', { url: 'ldaps://ldap.example.com/dc=example' }, 'url'],
    ['a password in the open', { url: 'ldap://ldap.example.com' }, 'url'],
    ['TLS in TLS', { startTls: true }, 'startTls'],
    ['a certificate that is none', { ca: 'hello' }, 'ca'],
    ['a base DN that is none', { baseDn: 'example.com' }, 'baseDn'],
    ['a name of two lines', { bindDn: 'cn=a\ncn=b' }, 'bindDn'],
    ['a run each second', { syncInterval: 1 }, 'syncInterval'],
    ['more than all of them', { maxRemovedPercent: 101 }, 'maxRemovedPercent'],
    ['a filter that is not closed', change('users', { filter: '(uid=*' }), 'users.filter'],
    ['a filter without parentheses', change('groups', { filter: 'cn=*' }), 'groups.filter'],
    ['an attribute with a blank', attribute('users', 'email', 'e mail'), 'users.attributes.email'],
    ['no attribute', attribute('groups', 'member', '*'), 'groups.attributes.member'],
  ])('is refused with %s, which is named', async ([, wrong, field], { admin }) => {
    const answer = await send(admin, { bindPassword: PASSWORD, ...wrong });

    expect(answer.json()).toMatchObject({ status: 422, code: 'invalid_input', field });
  });

  test('that an LDAPConfig declares is shown and cannot be changed here', async ({ admin, em }) => {
    const owner = kubernetesOwner('LDAPConfig', 'permiso', 'default');
    const { bindDn, allowPlaintext, ...settings } = DIRECTORY;
    const bind = { dn: bindDn, password: 'v1.sealed' };
    await declareSettings(em, 'ldap', { ...settings, bind } as LdapSettings, owner);

    const answer = await send(admin, { bindPassword: PASSWORD });

    expect((await admin.get('/api/settings/ldap')).json()).toMatchObject({
      settings: { url: DIRECTORY.url },
      owner,
    });
    expect(answer.json()).toMatchObject({ status: 409, code: 'owned_elsewhere' });
  });

  test('is for administrators only', async ({ browser, signUp }) => {
    const { browser: member } = await signUp('member');

    expect((await browser.get('/api/settings/ldap')).statusCode).toBe(401);
    expect((await member.get('/api/settings/ldap')).statusCode).toBe(403);
    expect((await send(member, {})).statusCode).toBe(403);
    expect((await member.post('/api/settings/ldap/test', DIRECTORY)).statusCode).toBe(403);
  });
});

describe('a test of the directory', () => {
  let slapd: Slapd;

  beforeAll(async () => {
    slapd = await startSlapd();
  }, 180_000);

  afterAll(() => slapd.close());

  const local = (changed: object = {}) => ({
    ...DIRECTORY,
    url: slapd.secureUrl,
    ca: slapd.ca,
    bindDn: slapd.bindDn,
    baseDn: slapd.baseDn,
    ...changed,
  });

  test('says what works, before anything is saved', async ({ admin, em }) => {
    const input = local({ bindPassword: slapd.password });

    const { aspects } = (await admin.post('/api/settings/ldap/test', input)).json();

    expect(aspects).toMatchObject([
      { type: 'Connected', status: 'True' },
      { type: 'Authenticated', status: 'True' },
      { type: 'Searched', status: 'True', message: expect.stringContaining('find people') },
    ]);
    expect(await findSettings(em, 'ldap')).toBeNull();
  });

  test('uses the password that is kept', async ({ admin }) => {
    await send(admin, local({ bindPassword: slapd.password }));

    const { aspects } = (await admin.post('/api/settings/ldap/test', local())).json();

    expect(aspects[1]).toMatchObject({ type: 'Authenticated', status: 'True' });
  });

  test('says what does not work, in the words of the directory, and never the password', async ({
    admin,
  }) => {
    const answer = await admin.post(
      '/api/settings/ldap/test',
      local({ bindPassword: 'wrong-password' }),
    );

    expect(answer.json().aspects).toMatchObject([
      { type: 'Connected', status: 'True' },
      { type: 'Authenticated', status: 'False', reason: 'AuthenticationFailed' },
      { type: 'Searched', status: 'Unknown', reason: 'NotTried' },
    ]);
    expect(answer.body).not.toContain('wrong-password');
  });
});

function change(noun: 'users' | 'groups', changed: object) {
  return { [noun]: { ...DIRECTORY[noun], ...changed } };
}

function attribute(noun: 'users' | 'groups', name: string, value: string) {
  return change(noun, { attributes: { ...DIRECTORY[noun].attributes, [name]: value } });
}
