import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '#core';
import { startEmbeddedPostgres } from '../all-in-one/embedded-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL whose database `template` has the whole schema, to be cloned by each test file. */
    postgresUrl: string;

    /** A role in it that may do there what the operator does. */
    operatorRole: string;
  }
}

// A test database is thrown away, so nothing of it has to survive a power cut.
const FAST = ['-c fsync=off', '-c full_page_writes=off', '-c max_connections=300'];

const OPERATOR_ROLE = 'permiso_operator';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-test-'));
  // PostgreSQL runs as a user of its own when we are root.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), FAST).catch((cause) => {
    throw new Error(`the tests need PostgreSQL, and the one from npm does not start: ${cause}`, {
      cause,
    });
  });
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query('create database template');
  await admin.query(`create role ${OPERATOR_ROLE} login`);
  await admin.end();
  await migrateDatabase(postgres.url.replace(/postgres$/, 'template'), OPERATOR_ROLE);
  project.provide('postgresUrl', postgres.url);
  project.provide('operatorRole', OPERATOR_ROLE);

  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
