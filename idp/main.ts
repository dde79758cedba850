import {
  assertEncryptionKey,
  ConfigurationError,
  connectDatabase,
  createKeyring,
  createLogger,
  type Database,
  ensureBootstrapCode,
  ensureSigningKeys,
  isSetUpOpen,
  type Keyring,
  type Logger,
  listSigningKeys,
  WrongEncryptionKey,
} from '#core';
import { createApp } from './app.ts';
import { type Config, readConfig } from './config.ts';

/** How long a request may still take once we were told to stop. */
const DRAIN_MS = 300;

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

  const draining = { value: false };
  const signingKeys = await listSigningKeys(database.em.fork(), keyring);
  const app = await createApp({ config, database, keyring, signingKeys, log, draining });
  await app.listen({
    ...(config.UNIX_SOCKET
      ? { path: config.UNIX_SOCKET }
      : { host: config.HOST, port: config.PORT }),
    listenTextResolver: () => 'idp is listening',
  });

  const stop = async () => {
    if (draining.value) {
      return;
    }
    draining.value = true;
    log.info('idp is stopping');
    await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
    await app.close();
    await database.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect']) {
    process.once(signal, stop);
  }
  process.send?.('ready');
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
