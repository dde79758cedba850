import { ConfigurationError, connectDatabase, createLogger, followChanges } from '#core';
import { readConfig } from './config.ts';
import { createFolderOperator } from './folder/folder.operator.ts';

await start().catch((error: unknown) => {
  const mistake = error instanceof ConfigurationError;
  process.stderr.write(`${mistake ? error.message : (error as Error).stack}\n`);
  process.exit(mistake ? ConfigurationError.exitCode : 1);
});

async function start(): Promise<void> {
  const { APP_URL, DB_CONNECTION_STRING, LOG_LEVEL, MANIFESTS_DIR } = readConfig();
  const log = createLogger(LOG_LEVEL);
  const database = await connectDatabase(DB_CONNECTION_STRING);
  const stopping = new AbortController();

  const controller = await createFolderOperator({
    database,
    log,
    issuer: APP_URL,
    folder: MANIFESTS_DIR,
  });
  const following = followChanges(DB_CONNECTION_STRING, controller.changes, stopping.signal);
  await controller.start(stopping.signal);
  log.info({ folder: MANIFESTS_DIR }, 'operator is watching');

  const stop = async () => {
    if (!stopping.signal.aborted) {
      stopping.abort();
      await controller.stop();
      await following;
      await database.close();
      process.exit(0);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect']) {
    process.once(signal, stop);
  }
  process.send?.('ready');
}
