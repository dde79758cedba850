import { expect } from 'vitest';
import { connectDatabase, isMigrated, migrateDatabase } from './database.ts';
import { query } from './query.ts';
import { test } from './testing/test.ts';

test('migrations may be repeated, and run by several pods at once', async ({
  database,
  databaseUrl,
}) => {
  await Promise.all(Array.from({ length: 3 }, () => migrateDatabase(databaseUrl)));

  expect(await isMigrated(database)).toBe(true);
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
