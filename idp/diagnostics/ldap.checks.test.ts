import { describe, expect } from 'vitest';
import { LDAP_PASSWORD_PLACE, LDAP_PRESETS, type LdapSettings, query } from '#core';
import { findFreePort } from '#core/testing/free-port';
import { type Slapd, startSlapd } from '#core/testing/slapd';
import { test as base } from '../testing/test.ts';
import type { CheckView } from './diagnostics.schemas.ts';
import { runChecks } from './diagnostics.service.ts';

const PEOPLE = ['ada', 'alan', 'grace', 'edsger'].map(
  (uid) => `dn: uid=${uid},dc=example,dc=com
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: ${uid}
mail: ${uid}@example.com
`,
);
const WITHOUT_MAIL = `dn: uid=ghost,dc=example,dc=com
objectClass: inetOrgPerson
uid: ghost
cn: ghost
sn: ghost
`;
const TEAM = `dn: cn=readers,dc=example,dc=com
objectClass: groupOfNames
cn: readers
member: uid=ada,dc=example,dc=com
`;

interface Fixtures {
  slapd: Slapd;

  /** What the check says of these settings. */
  ask(change?: Partial<LdapSettings>, password?: string): Promise<CheckView | undefined>;
}

const test = base.extend<Fixtures>({
  slapd: [
    async ({ database: _database }, use) => {
      const slapd = await startSlapd({ entries: [...PEOPLE, WITHOUT_MAIL, TEAM].join('\n') });
      await use(slapd);
      await slapd.close();
    },
    { scope: 'file' },
  ],
  ask: async ({ services, em, slapd }, use) => {
    await use(async (change = {}, password = slapd.password) => {
      const settings: LdapSettings = {
        url: slapd.url,
        startTls: false,
        ca: null,
        insecureSkipVerify: false,
        bind: {
          dn: slapd.bindDn,
          password: services.keyring.encrypt(password, LDAP_PASSWORD_PLACE),
        },
        baseDn: slapd.baseDn,
        ...LDAP_PRESETS.OpenLDAP,
        adminGroup: null,
        removedUsers: 'disable',
        syncInterval: 3_600,
        maxRemovedPercent: 20,
        ...change,
      };
      await query(
        em,
        `insert into settings (key, value, owner, updated_at) values ('ldap', $1::jsonb, 'admin', now())
         on conflict (key) do update set value = excluded.value`,
        [JSON.stringify(settings)],
      );
      const { checks } = await runChecks(services, 'en');
      return checks.find(({ id }) => id === 'ldap');
    });
  },
});

describe('the directory', () => {
  test('that works tells how many it finds, three of them, and whom it leaves out', async ({
    ask,
  }) => {
    const found = await ask();

    expect(found).toMatchObject({ status: 'warning', code: 'skips' });
    expect(found?.summary).toContain('5 people and 1 groups');
    const samples = found?.facts.filter(({ name }) => name === 'Found, for example');
    expect(samples?.map(({ value }) => value)).toEqual([
      'ada (uid=ada,dc=example,dc=com)',
      'alan (uid=alan,dc=example,dc=com)',
      'grace (uid=grace,dc=example,dc=com)',
      'readers (cn=readers,dc=example,dc=com)',
    ]);
    expect(found?.facts).toContainEqual({
      name: 'Left out',
      value: 'uid=ghost,dc=example,dc=com: it has no "mail", and every person needs a mail address',
    });
  });

  test('whose filter leaves out whom nothing is known of is well', async ({ ask }) => {
    const users = { ...LDAP_PRESETS.OpenLDAP.users, filter: '(&(objectClass=person)(mail=*))' };

    expect(await ask({ users })).toMatchObject({ status: 'ok', code: 'finds' });
  });

  test('that refuses our password is told apart, and nobody learns it', async ({ ask }) => {
    const found = await ask({}, 'not-the-password');

    expect(found).toMatchObject({ status: 'failed', code: 'credentials_refused' });
    expect(JSON.stringify(found)).not.toContain('not-the-password');
  });

  test('that has no such base is told apart', async ({ ask }) => {
    expect(await ask({ baseDn: 'dc=example,dc=org' })).toMatchObject({
      code: 'base_not_found',
      summary: expect.stringContaining('dc=example,dc=org'),
    });
  });

  test('that is asked by a filter it does not understand is told apart', async ({ ask }) => {
    const users = { ...LDAP_PRESETS.OpenLDAP.users, filter: '(objectClass=person' };

    expect(await ask({ users })).toMatchObject({ code: 'filter_invalid' });
  });

  test('that finds nobody warns', async ({ ask }) => {
    const users = { ...LDAP_PRESETS.OpenLDAP.users, filter: '(uid=nobody)' };

    expect(await ask({ users })).toMatchObject({ status: 'warning', code: 'nobody' });
  });

  test('that does not answer is told apart', async ({ ask }) => {
    const url = `ldap://127.0.0.1:${await findFreePort()}`;

    expect(await ask({ url })).toMatchObject({ status: 'failed', code: 'unreachable' });
  });
});
