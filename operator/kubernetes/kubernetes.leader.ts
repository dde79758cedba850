import type { Database, Keyring, Logger } from '#core';
import { type Config, tenancyOf } from '../config.ts';
import type { ClusterAccess } from '../runtime/cluster-access.ts';
import { KubernetesApi } from '../runtime/kubernetes-api.ts';
import { Leader } from '../runtime/leader.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { WorkQueue } from '../runtime/queue.ts';
import { startKubernetesOperator } from './kubernetes.operator.ts';

const LEASE = 'permiso-operator';

export interface LeadServices {
  access: ClusterAccess;
  config: Config;
  database: Database;
  keyring: Keyring;
  metrics: Metrics;
  log: Logger;
  state: { silence: () => number };
}

/**
 * Waits to lead, leads until told to stop (true) or deposed (false), and hands over: work first, Lease last. A
 * deposed process ends; only a fresh one may stand again.
 */
export async function leadAndOperate(
  services: LeadServices,
  signal: AbortSignal,
): Promise<boolean> {
  const { access, config, metrics, log, state } = services;
  const api = new KubernetesApi(access);
  const line = lineTo(api);
  let queue: WorkQueue | null = null;
  const leader = new Leader(api, {
    namespace: config.POD_NAMESPACE,
    name: config.INSTANCE ? `${LEASE}-${config.INSTANCE}` : LEASE,
    identity: `${config.POD_NAME}_${process.pid}_${Date.now()}`,
    onError(err) {
      log.warn({ err }, 'lease cannot be reached');
      line.fail(err);
    },
    onDoubt: () => queue?.pause(),
    onReturn() {
      line.heal();
      queue?.resume();
    },
  });
  log.info('operator waits to lead');
  process.send?.('ready');
  if (!(await leader.acquire(signal))) {
    return true;
  }
  metrics.leader.set(1);
  const deposed = new AbortController();
  const ending = AbortSignal.any([signal, deposed.signal]);
  const holding = leader.hold(ending).then((held) => {
    if (!held) {
      deposed.abort();
    }
  });
  const { controller, stop, silence } = await operate(services, { api, ending, deposed });
  queue = controller.queue;
  if (!leader.isSure) {
    queue.pause();
  }
  state.silence = silence;
  log.info('operator leads');

  await holding;
  await stop();
  metrics.leader.set(0);
  if (deposed.signal.aborted) {
    log.error('another operator leads; this one ends');
    return false;
  }
  await leader.release();
  return true;
}

/** No answer at all to the Lease: the watches may hang on the same dead line, and would not notice for a long time. */
function lineTo(api: KubernetesApi) {
  let isDead = false;
  return {
    fail(error: unknown) {
      if ((error as Error).name === 'TimeoutError') {
        isDead = true;
        api.reconnect();
      }
    },
    /** What was opened since then may hang as well. */
    heal() {
      if (isDead) {
        isDead = false;
        api.reconnect();
      }
    },
  };
}

function operate(
  { config, database, keyring, metrics, log }: LeadServices,
  { api, ending, deposed }: { api: KubernetesApi; ending: AbortSignal; deposed: AbortController },
) {
  return startKubernetesOperator(
    {
      api,
      database,
      databaseUrl: config.DB_CONNECTION_STRING,
      keyring,
      issuer: config.APP_URL,
      namespace: config.POD_NAMESPACE,
      watchNamespaces: config.WATCH_NAMESPACES,
      tenancy: tenancyOf(config),
      instance: config.INSTANCE,
      identity: config.POD_NAME,
      metrics,
      log,
      onDeposed: () => deposed.abort(),
    },
    ending,
  );
}
