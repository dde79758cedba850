import { Migrator } from '@mikro-orm/migrations';
import { ConnectionException, MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { AuditEvent } from './audit/audit.entity.ts';
import { Ceremony } from './ceremony/ceremony.entity.ts';
import { Client } from './client/client.entity.ts';
import { ClientSecret } from './client/client-secret.entity.ts';
import { RedirectMismatch } from './client/redirect-mismatch.entity.ts';
import { Consent } from './consent/consent.entity.ts';
import { Group } from './group/group.entity.ts';
import { Invite } from './invite/invite.entity.ts';
import { migrations } from './migrations/index.ts';
import { grantToOperator } from './operator-role/operator-role.ts';
import { Passkey } from './passkey/passkey.entity.ts';
import { Resource } from './resource/resource.entity.ts';
import { Session } from './session/session.entity.ts';
import { Setting } from './settings/settings.entity.ts';
import { SigningKey } from './signing-key/signing-key.entity.ts';
import { User } from './user/user.entity.ts';

export type Database = MikroORM;

// Any constant will do; it only has to be the same for every version of Permiso.
const MIGRATION_LOCK = 7_072_106;

/** Opens a pool; nothing is asked of the server before the first query. */
export async function connectDatabase(url: string, poolSize = 10): Promise<Database> {
  return MikroORM.init({
    clientUrl: url,
    entities: [
      AuditEvent,
      Ceremony,
      Client,
      ClientSecret,
      Consent,
      Group,
      Invite,
      Passkey,
      RedirectMismatch,
      Resource,
      Session,
      Setting,
      SigningKey,
      User,
    ],
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, silent: true },
    pool: { min: 0, max: poolSize },
    driverOptions: {
      connectionTimeoutMillis: 5_000,
      statement_timeout: 10_000,
      // A process that is frozen within a transaction keeps its locks, the operator's fence among them. Shorter than
      // the time that whoever waits for them has.
      idle_in_transaction_session_timeout: 5_000,
      application_name: 'permiso',
      onPoolCreated: giveBackTheDead,
    },
    logger: () => {},
  });
}

/**
 * A connection that dies within a transaction would keep its place in the pool for ever: Kysely gives it back only after
 * a commit or a rollback, and neither succeeds on it.
 */
function giveBackTheDead(pool: pg.Pool): void {
  const holders = new WeakMap<pg.PoolClient, () => void>();
  pool.on('acquire', (client) => {
    const giveBack = () => {
      const { release } = client;
      client.release = () => {};
      release(true);
    };
    holders.set(client, giveBack);
    client.once('end', giveBack);
  });
  pool.on('release', (_error, client) => {
    client.off('end', holders.get(client) ?? (() => {}));
  });
}

/**
 * Brings the schema up to date, and what the operator's own role may do in it, if it has one. Safe to repeat, and safe
 * when two pods do it at once: the second waits.
 */
export async function migrateDatabase(
  url: string,
  operatorRole: string | null = null,
): Promise<void> {
  const lock = new pg.Client({ connectionString: url, application_name: 'permiso migration' });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const database = await connectDatabase(url, 2);
    try {
      await database.migrator.up();
      if (operatorRole !== null) {
        const keep = await isAhead(database);
        await grantToOperator(database.em.fork(), operatorRole, { keep });
      }
    } finally {
      await database.close();
    }
  } finally {
    await lock.end();
  }
}

/** Whether the schema is the one this version was written for. */
export async function isMigrated(database: Database): Promise<boolean> {
  return (await database.migrator.getPending()).length === 0;
}

/** Whether a later version was here: its pods may run beside this one, or it was rolled back. */
async function isAhead({ migrator }: Database): Promise<boolean> {
  const known = new Set(migrations.map(({ name }) => name));
  return (await migrator.getExecuted()).some(({ name }) => !known.has(name));
}

// SQLSTATE classes of a server that is going, starting or out of reach (PostgreSQL, appendix A).
const AWAY = /^(08|57P0|53300)/;
const AWAY_ERRNO = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND']);

/** Whether an error says that a text holds what no text of the database can: U+0000. */
export function isUnstorable(error: unknown): boolean {
  return ['22021', '22P05'].includes((error as { code?: string } | null)?.code ?? '');
}

/** Whether an error says that the database cannot be reached now, and not that we asked for something wrong. */
export function isDatabaseAway(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return (
    error instanceof ConnectionException ||
    AWAY.test(code) ||
    AWAY_ERRNO.has(code) ||
    /connection terminated|timeout exceeded when trying to connect/i.test(message)
  );
}
