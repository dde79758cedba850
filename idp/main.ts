import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  assertEncryptionKey,
  ConfigurationError,
  connectDatabase,
  createKeyring,
  createLogger,
  type Database,
  ensureBootstrapCode,
  ensureSigningKeys,
  followChanges,
  isSetUpOpen,
  type Keyring,
  type Logger,
  listSigningKeys,
  removeExpired,
  repeat,
  WrongEncryptionKey,
  warnOfExpiringApiKeys,
} from '#core';
import { createApp } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { createMetrics, serveMetrics } from './http/metrics.ts';
import { createOutbound } from './http/outbound.ts';
import { RegistryChanges, type Services } from './http/services.ts';
import { syncWhenDue } from './ldap/ldap.sync.ts';
import { createClientCache } from './oidc/client/client-cache.ts';
import { rotateKeys } from './oidc/oidc.keys.ts';

/** How long proxies have to hear, by an answer on each of their connections, that it will close. */
const DRAIN_MS = 1_000;

/** How long we wait at most for chores that were begun: they need the database, which we close. */
const CHORES_MS = 5_000;

const LOOK_MS = 50;
const MINUTE_MS = 60_000;

/** How often it is asked whether the directory is due. */
const DIRECTORY_MS = 10_000;

await start().catch((error: unknown) => {
  const mistake = error instanceof ConfigurationError;
  process.stderr.write(`${mistake ? error.message : explain(error as NodeJS.ErrnoException)}\n`);
  process.exit(mistake ? ConfigurationError.exitCode : 1);
});

async function start(): Promise<void> {
  const config = readConfig();
  const log = createLogger(config.LOG_LEVEL);
  const database = await connectDatabase(config.DB_CONNECTION_STRING);
  const previous = config.PREVIOUS_ENCRYPTION_KEY;
  const keyring = createKeyring([config.ENCRYPTION_KEY, ...(previous ? [previous] : [])]);

  await prepare(database, keyring);
  await tellBootstrapCode(database, keyring, { config, log });

  const stopping = new AbortController();
  const changes = new RegistryChanges();
  const services: Services = {
    config,
    database,
    keyring,
    log,
    outbound: createOutbound({ privateNetworks: config.OUTBOUND_PRIVATE_NETWORKS }),
    metrics: config.METRICS_PORT === null ? null : createMetrics(database),
    signingKeys: await listSigningKeys(database.em.fork(), keyring),
    changes,
    clients: createClientCache(database, changes),
    draining: { value: false },
    stopping: stopping.signal,
  };
  const app = await createApp(services);
  const chores = doChores(services);
  await app.listen({
    ...(config.UNIX_SOCKET
      ? { path: config.UNIX_SOCKET }
      : { host: config.HOST, port: config.PORT }),
    listenTextResolver: () => 'idp is listening',
  });

  await startMetrics(services);

  whenTold(async () => {
    services.draining.value = true;
    log.info('idp is stopping');
    await untilUnused(app.server);
    stopping.abort();
    await app.close();
    await Promise.race([chores, sleep(CHORES_MS)]);
    await database.close();
    process.exit(0);
  });
  process.send?.('ready');
}

/** What is closed while a request is on its way to us looks like a failure to whoever sent it. */
async function untilUnused(server: Server): Promise<void> {
  const count = promisify(server.getConnections.bind(server));
  for (let waited = 0; waited < DRAIN_MS && (await count()) > 0; waited += LOOK_MS) {
    await sleep(LOOK_MS);
  }
}

/** Nothing waits for its end: the process takes it along. */
async function startMetrics({ config, metrics }: Services): Promise<void> {
  if (metrics && config.METRICS_PORT !== null) {
    await serveMetrics(config.METRICS_PORT, metrics);
  }
}

/** What goes on beside the requests, until we stop. */
async function doChores(services: Services): Promise<void> {
  const { config, changes, stopping, log } = services;
  const chore = (name: string, everyMs: number, work: () => Promise<void>) =>
    repeat(work, {
      everyMs,
      signal: stopping,
      onError: (err) => log.warn({ err, chore: name }, 'a chore failed and is tried again'),
    });
  await Promise.all([
    followChanges(config.DB_CONNECTION_STRING, changes, stopping),
    chore('rotation of signing keys', MINUTE_MS, () => rotateKeys(services)),
    chore('warning of API keys that end soon', 5 * MINUTE_MS, () =>
      warnOfExpiringApiKeys(services.database.em.fork(), services.keyring),
    ),
    chore('synchronisation with the directory', DIRECTORY_MS, () => syncWhenDue(services)),
    chore('clean-up', 5 * MINUTE_MS, () => cleanUp(services)),
  ]);
}

async function cleanUp({ config, database, log }: Services): Promise<void> {
  const auditLogRetentionDays = config.AUDIT_LOG_RETENTION_DAYS;
  const removed = await removeExpired(database.em.fork(), { auditLogRetentionDays });
  log.debug({ removed }, 'expired rows removed');
}

/** Once, however often we are told. */
function whenTold(stop: () => Promise<void>): void {
  let isTold = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect']) {
    process.once(signal, () => {
      if (!isTold) {
        isTold = true;
        void stop();
      }
    });
  }
}

async function prepare(database: Database, keyring: Keyring): Promise<void> {
  const em = database.em.fork();
  await assertEncryptionKey(em, keyring);
  await ensureSigningKeys(em, keyring);
}

/** Whoever can read the log may make the first administrator; nobody else can. */
async function tellBootstrapCode(
  database: Database,
  keyring: Keyring,
  { config, log }: { config: Config; log: Logger },
): Promise<void> {
  const em = database.em.fork();
  if (config.APP_ENV === 'production' && !config.BOOTSTRAP_CODE && (await isSetUpOpen(em))) {
    const bootstrap = await ensureBootstrapCode(em, keyring);
    log.warn(
      { bootstrap, page: `${config.APP_URL}/setup` },
      'set-up waits for the first administrator',
    );
  }
}

function explain(error: NodeJS.ErrnoException & { port?: number }): string {
  if (error.code === 'EADDRINUSE') {
    return `port ${error.port} is taken by another program; stop that one, or set PORT to another number`;
  }
  return error instanceof WrongEncryptionKey ? error.message : (error.stack ?? error.message);
}
