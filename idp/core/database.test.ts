import { expect } from 'vitest';
import { isMigrated, migrateDatabase } from './database.ts';
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
