import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConfigurationError,
  connectDatabase,
  createKeyring,
  createLogger,
  type Database,
  followChanges,
  isMigrated,
  type Keyring,
  type Logger,
} from '#core';
import { type Config, findClusterAccess, readConfig, tenancyOf } from './config.ts';
import { serveHealth } from './runtime/health.ts';
import { createMetrics, type Metrics } from './runtime/metrics.ts';

/** A watch hears a bookmark about once a minute; so long without is a process that only looks alive. */
const LONGEST_SILENCE_MS = 5 * 60_000;

const LOOK_AGAIN_MS = 1_000;

await start().catch((error: unknown) => {
  const mistake = error instanceof ConfigurationError;
  process.stderr.write(`${mistake ? error.message : (error as Error).stack}\n`);
  process.exit(mistake ? ConfigurationError.exitCode : 1);
});

async function start(): Promise<void> {
  const config = readConfig();
  const log = createLogger(config.LOG_LEVEL);
  const database = await connectDatabase(config.DB_CONNECTION_STRING);
  const metrics = createMetrics();
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect']) {
    process.once(signal, stop);
  }

  const state = { silence: () => 0 };
  const health = await serveHealth(config.METRICS_PORT, {
    registry: metrics.registry,
    findObstacle: () => findObstacle(database, state.silence()),
  });
  const operate = config.MANIFESTS_DIR ? operateFolder : operateCluster;
  const previous = config.PREVIOUS_ENCRYPTION_KEY;
  const keyring = createKeyring([config.ENCRYPTION_KEY, ...(previous ? [previous] : [])]);
  const means = { config, database, keyring, metrics, log, state };
  const code = await operate(means, stopping.signal);

  health.close();
  health.closeAllConnections();
  await database.close();
  log.info('operator has stopped');
  process.exit(code);
}

interface Means {
  config: Config;
  database: Database;
  keyring: Keyring;
  metrics: Metrics;
  log: Logger;
  state: { silence: () => number };
}

async function operateFolder(
  { config, database, keyring, metrics, log }: Means,
  signal: AbortSignal,
): Promise<number> {
  const { APP_URL: issuer, MANIFESTS_DIR: folder, DB_CONNECTION_STRING } = config;
  const deposed = new AbortController();
  const ending = AbortSignal.any([signal, deposed.signal]);
  const onDeposed = () => deposed.abort();
  // Each way is loaded only where it is used: in a cluster nobody needs the validation of files, and the other way round.
  const { createFolderOperator } = await import('./folder/folder.operator.ts');
  const controller = await createFolderOperator({
    database,
    keyring,
    tenancy: tenancyOf(config),
    log,
    issuer,
    folder,
    metrics,
    onDeposed,
  });
  const following = followChanges(DB_CONNECTION_STRING, controller.changes, ending);
  await controller.start(ending);
  log.info({ folder }, 'operator is watching');
  process.send?.('ready');

  await untilAborted(ending);
  await controller.stop();
  await following;
  return deposed.signal.aborted ? 1 : 0;
}

async function operateCluster(
  { config, database, keyring, metrics, log, state }: Means,
  signal: AbortSignal,
): Promise<number> {
  const { leadAndOperate } = await import('./kubernetes/kubernetes.leader.ts');
  const access = await findClusterAccess();
  await untilUsable(database, log, signal);
  const services = { access, config, database, keyring, metrics, log, state };
  return (await leadAndOperate(services, signal)) ? 0 : 1;
}

/** The schema comes with the IdP, and the database may come after us. Whoever leads without them would only fall. */
async function untilUsable(database: Database, log: Logger, signal: AbortSignal): Promise<void> {
  for (let told = ''; !signal.aborted; ) {
    const obstacle = await findObstacle(database, 0);
    if (!obstacle) {
      return;
    }
    if (obstacle !== told) {
      log.warn({ obstacle }, 'operator waits for the database');
      told = obstacle;
    }
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

async function findObstacle(database: Database, silence: number): Promise<string | null> {
  if (silence > LONGEST_SILENCE_MS) {
    return `no word from the API server for ${Math.round(silence / 1000)} s`;
  }
  try {
    return (await isMigrated(database)) ? null : 'the database schema is not up to date';
  } catch {
    return 'the database does not answer';
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
