import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  applyDirectoryChange,
  beginDirectorySync,
  holdDirectorySync,
  isDirectorySyncDue,
  listDirectorySyncs,
  query,
  SyncLost,
} from '#core';
import { type Slapd, startSlapd } from '#core/testing/slapd';
import {
  declareDirectory,
  forgetDirectory,
  listAccounts,
  openLdapSettings,
  synchronise,
} from '../testing/directory.ts';
import { test as appTest } from '../testing/test.ts';
import { beginSync, syncWhenDue } from './ldap.sync.ts';

let slapd: Slapd;

beforeAll(async () => {
  slapd = await startSlapd();
}, 180_000);

afterAll(() => slapd.close());

const test = appTest.extend<{ configured: null }>({
  configured: [
    async ({ em, services }, use) => {
      await forgetDirectory(em);
      await declareDirectory(em, services, openLdapSettings(slapd));
      await use(null);
    },
    { auto: true },
  ],
});

describe('a synchronisation', () => {
  test('is done once, however many replicas ask at the same time', async ({ services, em }) => {
    await Promise.all(Array.from({ length: 8 }, () => syncWhenDue(services)));

    const runs = await listDirectorySyncs(em, 10);
    expect(runs).toMatchObject([{ state: 'succeeded', actor: 'ldap' }]);
    expect(await listAccounts(em)).toMatchObject([{ username: 'ada', groups: ['engineering'] }]);
  });

  test('is due after the interval, sooner after a failure, and when the settings change', async ({
    services,
    em,
  }) => {
    const age = (minutes: number) =>
      query(em, `update directory_syncs set started_at = now() - make_interval(mins => $1)`, [
        minutes,
      ]);
    const settings = (minutes: number) =>
      query(
        em,
        `update settings set updated_at = now() - make_interval(mins => $1) where key = 'ldap'`,
        [minutes],
      );
    const isDue = () => isDirectorySyncDue(em.fork());
    expect(await isDue()).toBe(true);
    await synchronise(services);
    await settings(600);

    await age(59);
    expect(await isDue()).toBe(false);
    await age(61);
    expect(await isDue()).toBe(true);

    await query(em, `update directory_syncs set state = 'failed'`);
    await age(4);
    expect(await isDue()).toBe(false);
    await age(6);
    expect(await isDue()).toBe(true);

    await age(4);
    await settings(3);
    expect(await isDue()).toBe(true);
    await query(em, `delete from settings where key = 'ldap'`);
    expect(await isDue()).toBe(false);
  });

  test('that another replica has begun is not begun again', async ({ services }) => {
    expect(await beginDirectorySync(services.database.em.fork(), 'ldap')).not.toBeNull();

    expect(await beginSync(services, { actor: 'ldap' })).toBeNull();
  });

  test('whose replica has died is taken over, and the dead one writes nothing more', async ({
    services,
    em,
  }) => {
    const lost = String(await beginDirectorySync(em.fork(), 'ldap'));
    await query(em, `update directory_syncs set held_until = now() - interval '1 s'`);

    const run = await synchronise(services);

    expect(run).toMatchObject({ state: 'succeeded' });
    expect((await listDirectorySyncs(em, 10))[1]).toMatchObject({
      id: lost,
      state: 'failed',
      reason: 'Interrupted',
    });
    const before = await listAccounts(em.fork());
    const ids = before.map(({ id }) => id);
    await expect(holdDirectorySync(em.fork(), lost)).rejects.toThrow(SyncLost);
    await expect(applyDirectoryChange(em, lost, { kind: 'disable_users', ids })).rejects.toThrow(
      SyncLost,
    );
    expect(await listAccounts(em.fork())).toEqual(before);
  });

  test('ends with its process, and says so', async ({ services, em }) => {
    const stopping = new AbortController();
    slapd.pause();
    const run = await beginSync({ ...services, stopping: stopping.signal }, { actor: 'ldap' });
    stopping.abort();
    await run?.done;
    slapd.resume();

    expect(run).not.toBeNull();
    expect((await listDirectorySyncs(em, 1))[0]).toMatchObject({ state: 'failed' });
  });
});

describe('the database', () => {
  test('lets nobody but the directory change who a person of it is', async ({ services, em }) => {
    await synchronise(services);

    for (const change of [`email = 'x@y.example'`, `username = 'eve'`, `owner = 'admin'`]) {
      await expect(
        query(em.fork(), `update users set ${change} where username = 'ada'`),
      ).rejects.toThrow('who "ada" is is told by the directory');
    }
    await expect(query(em, `delete from groups where owner = 'ldap'`)).rejects.toThrow(
      'is declared by ldap',
    );
  });
});
