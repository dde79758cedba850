import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrateDatabase } from '#core';
import { startEmbeddedPostgres } from '../all-in-one/embedded-postgres.ts';

// Nothing of it has to survive; and it counts what it is asked.
const FLAGS = [
  '-c fsync=off',
  '-c full_page_writes=off',
  '-c shared_preload_libraries=pg_stat_statements',
];

export interface BenchDatabase {
  url: string;

  /** Statements since the last time this was asked. */
  countStatements(): Promise<number>;
  stop(): Promise<void>;
}

/** A PostgreSQL for this once, with the whole schema. */
export async function startDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-bench-'));
  // PostgreSQL runs as a user of its own when we are root.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), FLAGS);
  await migrateDatabase(postgres.url);
  const counter = new pg.Client({ connectionString: postgres.url });
  await counter.connect();
  await counter.query('create extension pg_stat_statements');

  return {
    url: postgres.url,
    async countStatements() {
      const { rows } = await counter.query(
        `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements where query not like '%pg_stat%'`,
      );
      await counter.query('select pg_stat_statements_reset()');
      return rows[0].calls;
    },
    async stop() {
      await counter.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
