import { randomUUID } from 'node:crypto';
import { expect, inject } from 'vitest';
import { connectDatabase, isMigrated, migrateDatabase } from './database.ts';
import { query } from './query.ts';
import { person } from './testing/builders.ts';
import { test } from './testing/test.ts';
import { createUser, findUser } from './user/user.registry.ts';

test('migrations may be repeated, and run by several pods at once', async ({
  database,
  databaseUrl,
}) => {
  await Promise.all(Array.from({ length: 3 }, () => migrateDatabase(databaseUrl)));

  expect(await isMigrated(database)).toBe(true);
});

test('a version serves on the schema of a later one, and leaves its operator what that needs', async ({
  database,
  databaseUrl,
  em,
}) => {
  const operator = inject('operatorRole');
  await query(em, `insert into mikro_orm_migrations (name) values ('9999-of-a-later-version')`);
  await query(em, 'alter table users add column nickname text');
  await query(em, 'create table nicknames (name text)');
  await query(em, `grant select on nicknames to ${operator}`);

  await migrateDatabase(databaseUrl, operator);
  const user = await createUser(em, person('ada'), { id: randomUUID(), isAdmin: false });
  const [granted] = await query(em, `select has_table_privilege($1, 'nicknames', 'select') as it`, [
    operator,
  ]);

  expect(await isMigrated(database)).toBe(true);
  expect(await findUser(em, user.id)).toMatchObject({ username: 'ada' });
  expect(granted).toEqual({ it: true });
  await query(em, 'drop table nicknames');
  await query(em, 'alter table users drop column nickname');
  await query(em, `delete from mikro_orm_migrations where name = '9999-of-a-later-version'`);
});

test('a version waits for its own schema before it is ready', async ({ database, em }) => {
  await query(em, `update mikro_orm_migrations set name = 'of-an-earlier-version'`);

  expect(await isMigrated(database)).toBe(false);
  await query(em, `update mikro_orm_migrations set name = '0001-first'`);
});

test('every entity describes the columns that the migrations made', async ({ database, em }) => {
  const columns = await query<{ name: string; nullable: boolean }>(
    em,
    `select table_name || '.' || column_name as name, is_nullable = 'YES' as nullable
     from information_schema.columns where table_schema = 'public'`,
  );
  const known = new Map(columns.map(({ name, nullable }) => [name, nullable]));

  const wrong = [...database.getMetadata().getAll().values()].flatMap(({ tableName, props }) =>
    props
      .map(({ fieldNames, nullable = false }) => ({
        name: `${tableName}.${fieldNames[0]}`,
        nullable,
      }))
      .filter(({ name, nullable }) => known.get(name) !== nullable),
  );

  expect(wrong).toEqual([]);
});

test('a connection that dies within a transaction leaves its place in the pool to another', async ({
  databaseUrl,
}) => {
  const small = await connectDatabase(databaseUrl, 1);
  const die = () =>
    small.em
      .fork()
      .transactional((tx) => query(tx, 'select pg_terminate_backend(pg_backend_pid())'));

  await expect(die()).rejects.toThrow();
  await expect(die()).rejects.toThrow('terminating connection');
  const rows = await query(small.em.fork(), 'select 1 as one');
  await small.close();

  expect(rows).toEqual([{ one: 1 }]);
});
