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

export interface Statement {
  text: string;
  calls: number;
}

export interface BenchDatabase {
  url: string;

  /** What was asked of it since the last time this was called. */
  takeStatements(): Promise<Statement[]>;
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
    async takeStatements() {
      const { rows } = await counter.query<Statement>(
        `select calls::int, regexp_replace(query, '\\s+', ' ', 'g') as text from pg_stat_statements
         where query not like '%pg_stat_statements%' order by calls desc, query`,
      );
      await counter.query('select pg_stat_statements_reset()');
      return rows;
    },
    async stop() {
      await counter.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
