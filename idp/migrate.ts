import { ConfigurationError, migrateDatabase } from '#core';
import { readMigrationConfig } from './config.ts';

/** Brings the database up to date and ends. A step of its own: a Job, an init container, `npm run migrate`. */
try {
  const { DB_CONNECTION_STRING, OPERATOR_DATABASE_ROLE } = readMigrationConfig();
  await migrateDatabase(DB_CONNECTION_STRING, OPERATOR_DATABASE_ROLE);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof ConfigurationError ? ConfigurationError.exitCode : 1;
}
