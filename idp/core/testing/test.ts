import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { test as base, inject } from 'vitest';
import { AUDIT_DETAILS } from '../audit/audit.entity.ts';
import { connectDatabase, type Database } from '../database.ts';

export { clientDeclaration, groupDeclaration, person } from './builders.ts';
export { IMAGES, png } from './images.ts';

/** A way into the database. */
export interface RegistryAccess {
  database: Database;
  databaseUrl: string;
}

export interface RegistryFixtures {
  /** A database of this test file's own, with the whole schema. */
  databaseUrl: string;
  database: Database;

  /** A unit of work of this test's own. */
  em: Database['em'];

  /** The same database under the operator's own role. */
  asOperator: RegistryAccess;
}

export const test = base.extend<RegistryFixtures>({
  databaseUrl: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
    async ({}, use) => {
      const url = await cloneTemplate(inject('postgresUrl'));
      await use(url);
      await assertDetailsAreKnown(url);
    },
    { scope: 'file' },
  ],
  database: [
    async ({ databaseUrl }, use) => {
      const database = await connectDatabase(databaseUrl);
      await use(database);
      await database.close();
    },
    { scope: 'file' },
  ],
  em: async ({ database }, use) => {
    await use(database.em.fork());
  },
  asOperator: [
    async ({ databaseUrl }, use) => {
      const url = new URL(databaseUrl);
      url.username = inject('operatorRole');
      const database = await connectDatabase(url.href);
      await use({ database, databaseUrl: url.href });
      await database.close();
    },
    { scope: 'file' },
  ],
});

/** Whatever a test made us write down, the audit log has a word for it. */
async function assertDetailsAreKnown(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    'select distinct event, name from audit_events, jsonb_object_keys(details) name where name <> all($1)',
    [AUDIT_DETAILS],
  );
  await client.end();
  if (rows.length > 0) {
    throw new Error(`AUDIT_DETAILS (audit.entity.ts) does not know: ${JSON.stringify(rows)}`);
  }
}

/** A copy takes a tenth of what migrating takes. */
async function cloneTemplate(url: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  // Two copies at once disturb each other.
  await admin.query('select pg_advisory_lock(1)');
  await admin.query(`create database ${name} template template`);
  await admin.end();
  return url.replace(/postgres$/, name);
}
