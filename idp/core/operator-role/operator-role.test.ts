import { describe, expect, inject, vi } from 'vitest';
import { followChanges, type RegistryChange } from '../change-feed.ts';
import { declareClient } from '../client/client.registry.ts';
import { addGivenClientSecret, listClientSecrets } from '../client/client-secret.registry.ts';
import { migrateDatabase } from '../database.ts';
import { raiseFence, transactBehindFence } from '../fence/fence.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { operatorTest as test, VALUE } from '../testing/operator.ts';
import { clientDeclaration } from '../testing/test.ts';
import { OPERATOR_GRANTS } from './operator-role.grants.ts';

const DENIED = /permission denied|must be owner/;

describe("the operator's role", () => {
  test.for<[string, string]>([
    ['hashes of client secrets', 'select hash from client_secrets'],
    ['client secrets as they are', 'select * from client_secrets'],
    ['who has which hash', `select id from client_secrets where hash like 'a%'`],
    ['passkeys', 'select id from passkeys'],
    ['sessions', 'select id from sessions'],
    ['ceremonies', 'select kind from ceremonies'],
    ['signing keys', 'select id from signing_keys'],
    ['addresses of people', 'select email from users'],
    ['ids of people', 'select id from users'],
    ['invites', 'select id from invites'],
    ['consents', 'select scopes from consents'],
    ['members by hand', 'select user_id from group_members'],
    ['what the OIDC layer keeps', 'select id from oidc_records'],
    ['mails', 'select id from mails'],
    ['the audit log', 'select id from audit_events'],
    ['the bootstrap code', 'select bootstrap_code from instance'],
  ])('cannot read %s', async ([, sql], { operate }) => {
    await expect(operate(sql)).rejects.toThrow(DENIED);
  });

  test.for<[string, string]>([
    ['change the hash of a secret', `update client_secrets set hash = 'x'`],
    ['make a user', `insert into users (username) values ('eve')`],
    ['make an administrator', 'update users set is_admin = true'],
    ['remove people', 'delete from users'],
    ['rewrite the audit log', `update audit_events set event = 'x'`],
    ['shorten the audit log', 'delete from audit_events'],
    ['remove members', 'delete from group_members'],
    ['remove settings', 'delete from settings'],
    ['remove the fence', 'delete from operator_fence'],
    ['forget migrations', 'delete from mikro_orm_migrations'],
    ['open the set-up again', 'update instance set set_up_at = null'],
    ['make a table', 'create table spare (id int)'],
    ['lift a guard', 'alter table clients disable trigger all'],
    ['become the owner of the tables', 'set role permiso'],
  ])('cannot %s', async ([, sql], { operate }) => {
    await expect(operate(sql)).rejects.toThrow(DENIED);
  });

  test('may do nothing with a table that is not on its list', async ({ em }) => {
    const reached = await query<{ name: string }>(
      em,
      `select relname as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
          and has_any_column_privilege($1, oid, 'select, insert, update')`,
      [inject('operatorRole')],
    );

    expect(reached.map(({ name }) => name).sort()).toEqual(Object.keys(OPERATOR_GRANTS).sort());
  });

  test('learns whether a value is a secret already, and so registers it once', async ({
    em,
    operate,
    asOperator: { database },
  }) => {
    await operate(`update clients set name = 'Wiki' where id = 'wiki'`);
    const epoch = await raiseFence(database.em.fork());
    const add = (value: string) =>
      transactBehindFence(database.em.fork(), epoch, (tx) =>
        addGivenClientSecret(tx, 'wiki', { value, source: 'declared' }),
      );

    const [first, again, other] = [await add(VALUE), await add(VALUE), await add(`${VALUE}!`)];

    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
    expect(await listClientSecrets(em.fork(), 'wiki')).toHaveLength(2);
  });

  test('hears of changes', async ({ em, asOperator: { databaseUrl } }) => {
    const heard: RegistryChange[] = [];
    const ending = new AbortController();
    const listening = Promise.withResolvers<void>();
    const listener = {
      onChange: (change: RegistryChange) => void heard.push(change),
      onGap: () => {},
      onListening: listening.resolve,
    };
    const following = followChanges(databaseUrl, listener, ending.signal);
    await listening.promise;

    await declareClient(em, clientDeclaration('told'), ADMIN);

    await vi.waitFor(() =>
      expect(heard).toContainEqual(expect.objectContaining({ table: 'clients', key: 'told' })),
    );
    ending.abort();
    await following;
  });
});

describe('the migration', () => {
  const role = () => inject('operatorRole');

  test('takes back what was granted too much', async ({ databaseUrl, em, operate }) => {
    await query(em, `grant select on users, signing_keys to ${role()}`);
    await query(em, `grant select (hash) on client_secrets to ${role()}`);
    await expect(operate('select hash from client_secrets')).resolves.toBeDefined();

    await migrateDatabase(databaseUrl, role());

    for (const sql of ['select hash from client_secrets', 'select email from users']) {
      await expect(operate(sql)).rejects.toThrow(DENIED);
    }
    await expect(operate('select id from client_secrets')).resolves.toBeDefined();
  });

  test('may be repeated by several pods at once', async ({ databaseUrl, operate }) => {
    await Promise.all(Array.from({ length: 3 }, () => migrateDatabase(databaseUrl, role())));

    await expect(operate('select id from clients')).resolves.toBeDefined();
  });

  test('says how to make a role that is not there', async ({ databaseUrl }) => {
    await expect(migrateDatabase(databaseUrl, 'No "Role"')).rejects.toThrow(
      `PostgreSQL has no role "No "Role""; as its administrator type: create role "No ""Role""" login password '…';`,
    );
  });

  test('refuses the owner of the tables as the role of the operator', async ({ databaseUrl }) => {
    await expect(migrateDatabase(databaseUrl, 'permiso')).rejects.toThrow(
      '"permiso" may read the hashes of client secrets',
    );
  });

  test('refuses a role that may read them as a member of another', async ({ databaseUrl, em }) => {
    await query(em, 'create role curious_operator in role pg_read_all_data');

    await expect(migrateDatabase(databaseUrl, 'curious_operator')).rejects.toThrow(
      '"curious_operator" may read the hashes of client secrets',
    );
    await query(em, 'drop role curious_operator');
  });
});
