import { type Database, followChanges, type Keyring, type Logger, raiseFence } from '#core';
import { API_VERSION } from '../crd/custom-resource.ts';
import { KINDS } from '../crd/kinds.ts';
import { createReconcilers } from '../reconcilers.ts';
import { Controller } from '../runtime/controller.ts';
import { createEventTeller } from '../runtime/events.ts';
import type { KubernetesApi, KubernetesObject } from '../runtime/kubernetes-api.ts';
import {
  CREDENTIAL_LABEL,
  kubernetesCredentials,
  kubernetesSecrets,
  MANAGED_LABEL,
} from '../runtime/kubernetes-secrets.ts';
import { KubernetesSource } from '../runtime/kubernetes-source.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { Reflector } from '../runtime/reflector.ts';
import type { Tenancy } from '../tenancy/tenancy.rules.ts';
import { createClusterIssuer } from './cluster-issuer.ts';

export interface KubernetesOperatorOptions {
  api: KubernetesApi;
  database: Database;
  databaseUrl: string;
  keyring: Keyring;
  issuer: string;

  /** The operator's own; the only one whose mail and directory settings count. */
  namespace: string;
  watchNamespaces: string[];
  tenancy: Tenancy | null;

  /** Takes only resources with this `permisolabs.eu/instance` label; empty takes those without one. */
  instance: string;
  identity: string;
  metrics: Metrics;
  log: Logger;
  onDeposed(): void;
}

export interface RunningOperator {
  controller: Controller;

  /** Once its signal was aborted: finishes what runs. */
  stop(): Promise<void>;

  /** Milliseconds since the quietest watch heard anything. */
  silence(): number;
}

/** The operator over an API server. Call it once this process leads: it raises the fence for all others. */
export async function startKubernetesOperator(
  options: KubernetesOperatorOptions,
  signal: AbortSignal,
): Promise<RunningOperator> {
  const { api, database, metrics, log } = options;
  const source = createSource(options);
  const credentials = kubernetesCredentials(api, API_VERSION);
  const controller = new Controller({
    source,
    reconcilers: createReconcilers({ ...options, clusterIssuer: createClusterIssuer(api) }),
    credentials,
    secrets: kubernetesSecrets(api),
    epoch: await raiseFence(database.em.fork()),
    onDeposed: options.onDeposed,
    database,
    metrics,
    log,
  });
  const secretWatches = watchSecrets(options, (secret, isGone) => {
    if (isGone || !credentials.isOwnWrite(secret)) {
      controller.touch(interestOf(secret));
    }
  });
  await Promise.all(secretWatches.map((watch) => watch.start(signal)));
  const following = followChanges(options.databaseUrl, controller.changes, signal);
  await controller.start(signal);
  return {
    controller,
    async stop() {
      await controller.stop();
      await following;
    },
    silence: () =>
      Math.max(
        ...[...source.reflectors, ...secretWatches].map(
          ({ lastActivity }) => Date.now() - lastActivity,
        ),
      ),
  };
}

function createSource(options: KubernetesOperatorOptions): KubernetesSource {
  const { api, instance, identity, watchNamespaces, metrics, log } = options;
  return new KubernetesSource({
    api,
    apiVersion: API_VERSION,
    kinds: KINDS.map(({ kind, plural }) => ({ kind, plural })),
    namespaces: watchNamespaces,
    labelSelector: instance ? `permisolabs.eu/instance=${instance}` : '!permisolabs.eu/instance',
    tellEvent: createEventTeller(api, identity, log),
    onRestart: (kind) => metrics.watchRestarts.inc({ kind }),
    log,
  });
}

/** Only Secrets that we wrote or may read; all others never reach this process's memory. */
function watchSecrets(
  { api, watchNamespaces, metrics, log }: KubernetesOperatorOptions,
  onChange: (secret: KubernetesObject, isGone: boolean) => void,
): Reflector[] {
  const paths =
    watchNamespaces.length > 0
      ? watchNamespaces.map((namespace) => `/api/v1/namespaces/${namespace}/secrets`)
      : ['/api/v1/secrets'];
  const labels = [MANAGED_LABEL, CREDENTIAL_LABEL].flatMap((label) => Object.entries(label));
  return paths.flatMap((path) =>
    labels.map(
      ([name, value]) =>
        new Reflector(api, {
          path,
          labelSelector: `${name}=${value}`,
          onChange: ({ before, now }) => {
            const secret = now ?? before;
            if (secret) {
              onChange(secret, now === null);
            }
          },
          onRestart: (err) => {
            metrics.watchRestarts.inc({ kind: 'Secret' });
            log.warn({ err, kind: 'Secret' }, 'watch was interrupted, and looks again');
          },
        }),
    ),
  );
}

function interestOf({ metadata }: KubernetesObject): string {
  return `secrets/${metadata.namespace}/${metadata.name}`;
}
