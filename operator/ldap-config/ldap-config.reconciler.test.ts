import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  ADMIN,
  beginDirectorySync,
  type DirectorySyncResult,
  declareSettings,
  finishDirectorySync,
  kubernetesOwner,
} from '#core';
import { test as registryTest } from '#core/testing';
import { findFreePort } from '#core/testing/free-port';
import { type Slapd, startSlapd } from '#core/testing/slapd';
import { KEYRING, NAMESPACE, SettingsBench } from '../connection/bench.ts';
import { validateManifest } from '../crd/manifest.validation.ts';
import type { LdapConfigSpec } from './ldap-config.crd.ts';
import { ldapConfigReconciler } from './ldap-config.reconciler.ts';

const PLACE = 'settings/ldap/password';
const OWNER = kubernetesOwner('LDAPConfig', NAMESPACE, 'default');

const test = registryTest.extend<{ operator: SettingsBench<LdapConfigSpec, 'ldap'> }>({
  operator: async ({ database, asOperator }, use) => {
    const reconciler = ldapConfigReconciler({ keyring: KEYRING, namespace: NAMESPACE });
    const operator = new SettingsBench({ database, asOperator }, reconciler, 'ldap');
    operator.secrets['ldap/password'] = slapd.password;
    operator.secrets['ldap-ca/ca.crt'] = slapd.ca;
    await use(operator);
    await operator.clear();
  },
});

let slapd: Slapd;

beforeAll(async () => {
  slapd = await startSlapd();
}, 180_000);

afterAll(() => slapd.close());

describe('an LDAPConfig', () => {
  test('declares the directory, with its password encrypted', async ({ operator }) => {
    const outcome = await operator.run(operator.resource(spec({})));

    const found = await operator.find();
    expect(outcome).toMatchObject({
      ready: true,
      message: `people and groups come from ${slapd.secureUrl}`,
      aspects: [
        { type: 'Connected', status: 'True' },
        { type: 'Authenticated', status: 'True' },
        { type: 'Searched', status: 'True' },
        { type: 'Synced', status: 'Unknown', reason: 'Pending' },
      ],
      nextRun: new Date('2026-08-01T13:00:00.123Z'),
    });
    expect(found).toMatchObject({
      owner: OWNER,
      value: {
        url: slapd.secureUrl,
        startTls: false,
        ca: slapd.ca,
        insecureSkipVerify: false,
        bind: { dn: slapd.bindDn },
        baseDn: slapd.baseDn,
        adminGroup: null,
        removedUsers: 'disable',
        syncInterval: 3600,
        maxRemovedPercent: 20,
      },
    });
    expect(KEYRING.decrypt(found?.value.bind.password ?? '', PLACE)).toBe(slapd.password);
  });

  test('reads OpenLDAP by its names', async ({ operator }) => {
    await operator.run(operator.resource(spec({ preset: 'OpenLDAP' })));

    expect((await operator.find())?.value).toMatchObject({
      users: {
        filter: '(objectClass=person)',
        attributes: { uniqueID: 'entryUUID', username: 'uid', displayName: 'cn' },
      },
      groups: {
        filter: '(objectClass=groupOfNames)',
        attributes: { uniqueID: 'entryUUID', name: 'cn', member: 'member' },
      },
    });
  });

  test('reads Active Directory by its names, without computers and disabled people', async ({
    operator,
  }) => {
    await operator.run(operator.resource(spec({ preset: 'ActiveDirectory' })));

    const value = (await operator.find())?.value;
    expect(value).toMatchObject({
      users: { attributes: { uniqueID: 'objectGUID', username: 'sAMAccountName' } },
      groups: { filter: '(objectClass=group)', attributes: { uniqueID: 'objectGUID' } },
    });
    expect(value?.users.filter).toContain('(objectCategory=person)');
    expect(value?.users.filter).toContain('(!(userAccountControl:1.2.840.113556.1.4.803:=2))');
  });

  test('may put any name of a preset right, one by one', async ({ operator }) => {
    const users = { filter: '(uid=*)', attributes: { displayName: 'displayName' } };
    const groups = { attributes: { member: 'uniqueMember' } };

    await operator.run(operator.resource(spec({ users, groups })));

    expect((await operator.find())?.value).toMatchObject({
      users: { filter: '(uid=*)', attributes: { displayName: 'displayName', username: 'uid' } },
      groups: { filter: '(objectClass=groupOfNames)', attributes: { member: 'uniqueMember' } },
    });
  });

  test('that is unchanged writes nothing', async ({ operator }) => {
    const resource = operator.resource(spec({}));
    const first = await operator.run(resource);
    const before = await operator.history();

    const second = await operator.run(resource);

    expect(before.audit).toHaveLength(1);
    expect(await operator.history()).toEqual(before);
    expect(second).toEqual(first);
  });

  test('takes up a changed password at once', async ({ operator }) => {
    const resource = operator.resource(spec({}));
    operator.secrets['ldap/password'] = 'wrong-password';
    const before = await operator.run(resource);

    operator.secrets['ldap/password'] = slapd.password;
    const after = await operator.run(resource);

    const stored = (await operator.find())?.value.bind.password ?? '';
    expect(KEYRING.decrypt(stored, PLACE)).toBe(slapd.password);
    expect(before.aspects[1]).toMatchObject({ status: 'False', reason: 'AuthenticationFailed' });
    expect(after.aspects[1]).toMatchObject({ status: 'True' });
    expect(JSON.stringify([before, await operator.history()])).not.toContain('wrong-password');
  });

  test('whose directory is away is ready with a warning', async ({ operator }) => {
    const url = `ldaps://127.0.0.1:${await findFreePort()}`;

    const outcome = await operator.run(operator.resource(spec({ url })));

    expect(outcome).toMatchObject({
      ready: true,
      reason: 'Reconciled',
      aspects: [{ type: 'Connected', status: 'False', reason: 'ConnectionFailed' }, {}, {}, {}],
      nextRun: new Date('2026-08-01T12:10:00.123Z'),
    });
    expect(outcome.message).toContain(`which does not work now: no connection to ${url}`);
    expect(await operator.find()).toMatchObject({ owner: OWNER });
  });

  test('tells what became of the last synchronisation, and keeps what the last whole one found', async ({
    operator,
    em,
  }) => {
    const resource = operator.resource(spec({}));
    const finish = async (result: Partial<DirectorySyncResult>) => {
      const nothing = { reason: null, message: null, counts: {}, skipped: [], conflicts: [] };
      const id = String(await beginDirectorySync(em.fork(), 'ldap'));
      await finishDirectorySync(em.fork(), id, { ...nothing, state: 'succeeded', ...result });
    };
    await finish({
      counts: { users: 120, groups: 7 },
      skipped: [{ entry: 'x', reason: 'y' }],
    });
    const succeeded = await operator.run(resource);
    expect(succeeded).toMatchObject({
      ready: true,
      status: { users: 120, groups: 7, skippedEntries: 1, lastSyncAt: expect.any(String) },
    });
    expect(succeeded.aspects.at(-1)).toMatchObject({ type: 'Synced', status: 'True' });
    expect(await operator.run(resource)).toEqual(succeeded);

    await finish({ state: 'stopped', reason: 'TooManyRemoved', message: '60 of 120 people' });
    const stopped = await operator.run(resource);

    expect(stopped).toMatchObject({ ready: true, status: succeeded.status });
    expect(stopped.aspects.at(-1)).toEqual({
      type: 'Synced',
      status: 'False',
      reason: 'TooManyRemoved',
      message: '60 of 120 people',
    });
  });

  test('names what brings it back', ({ operator }) => {
    expect(operator.reconciler.interests(operator.resource(spec({})))).toEqual([
      'settings/ldap',
      'directory_syncs/succeeded',
      'directory_syncs/stopped',
      'directory_syncs/failed',
      'secrets/permiso/ldap',
      'secrets/permiso/ldap-ca',
    ]);
  });

  test('hands its values to the web pages when it goes', async ({ operator }) => {
    const resource = operator.resource(spec({}));
    await operator.run(resource);
    const before = await operator.find();

    await operator.retire(resource);

    expect(await operator.find()).toEqual({ value: before?.value, owner: ADMIN });
  });
});

describe('an LDAPConfig that cannot be taken', () => {
  test.for(['ldap/password', 'ldap-ca/ca.crt'])(
    'while it waits for %s declares nothing',
    async (path, { operator }) => {
      delete operator.secrets[path];

      const outcome = await operator.run(operator.resource(spec({})));

      expect(outcome).toMatchObject({ ready: false, reason: 'SecretRefNotFound', retry: false });
      expect(await operator.find()).toBeNull();
    },
  );

  test('because its password is empty is not taken for anonymous', async ({ operator }) => {
    operator.secrets['ldap/password'] = '';

    const outcome = await operator.run(operator.resource(spec({})));

    expect(outcome).toMatchObject({ ready: false, reason: 'SecretRefInvalid' });
    expect(await operator.find()).toBeNull();
  });

  test("because it is not in the operator's namespace says so", async ({ operator }) => {
    const outcome = await operator.run(operator.resource(spec({}), { namespace: 'team-a' }));

    expect(outcome).toMatchObject({ ready: false, reason: 'NamespaceNotHonoured' });
    expect(await operator.find()).toBeNull();
  });

  test('because another resource holds the setting is a conflict until that goes', async ({
    operator,
    em,
  }) => {
    const resource = operator.resource(spec({}));
    await operator.run(resource);
    const value = (await operator.find())?.value;
    await operator.clear();
    const other = kubernetesOwner('LDAPConfig', 'elsewhere', 'default');
    await declareSettings(em, 'ldap', value as NonNullable<typeof value>, other);
    expect(await operator.run(resource)).toMatchObject({ ready: false, reason: 'Conflict' });

    await operator.retire(operator.resource(spec({}), { namespace: 'elsewhere' }));
    const outcome = await operator.run(resource);

    expect(outcome.ready).toBe(true);
    expect(await operator.find()).toMatchObject({ owner: OWNER });
  });
});

/** As the API server fills in what is not said. */
function spec(change: Partial<LdapConfigSpec>): LdapConfigSpec {
  const verdict = validateManifest({
    apiVersion: 'permisolabs.eu/v1alpha1',
    kind: 'LDAPConfig',
    metadata: { name: 'default' },
    spec: {
      url: slapd.secureUrl,
      tls: { caSecretRef: { name: 'ldap-ca', key: 'ca.crt' } },
      bind: { dn: slapd.bindDn, passwordSecretRef: { name: 'ldap', key: 'password' } },
      baseDN: slapd.baseDn,
      preset: 'OpenLDAP',
      ...change,
    },
  });
  if (!('resource' in verdict)) {
    throw new Error(`this is no LDAPConfig: ${JSON.stringify(verdict)}`);
  }
  return verdict.resource.spec as LdapConfigSpec;
}
