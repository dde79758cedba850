import type { KubeConfig } from '@kubernetes/client-node';
import { createKeyring, createLogger } from '#core';
import type { RegistryAccess } from '#core/testing';
import { startKubernetesOperator } from '../kubernetes/kubernetes.operator.ts';
import { kubeConfigAccess } from '../runtime/cluster-access.ts';
import type { Controller } from '../runtime/controller.ts';
import { KubernetesApi } from '../runtime/kubernetes-api.ts';
import { createMetrics, type Metrics } from '../runtime/metrics.ts';
import type { Tenancy } from '../tenancy/tenancy.rules.ts';
import type { Cluster } from './cluster.ts';
import { test } from './test.ts';

export const ISSUER = 'https://id.example.com';

export interface TestOperator {
  controller: Controller;
  metrics: Metrics;
  log: string[];

  /** Resolves when another operator has taken over from this one. */
  deposed: Promise<void>;
  stop(): Promise<void>;
}

export interface OperatorMeans extends RegistryAccess {
  cluster: Cluster;

  /** Another way to the same cluster, such as one with faults in it. */
  kubeConfig?: KubeConfig;

  /** Looks after these namespaces instead of the cluster's. */
  namespaces?: string[];
  tenancy?: Tenancy | null;
}

/** The operator itself, in this process, looking after the one namespace of this test unless told otherwise. */
export async function startOperator({
  cluster,
  database,
  databaseUrl,
  kubeConfig = cluster.kubeConfig,
  namespaces = [cluster.namespace],
  tenancy = null,
}: OperatorMeans): Promise<TestOperator> {
  const stopping = new AbortController();
  const deposed = Promise.withResolvers<void>();
  const metrics = createMetrics();
  const log: string[] = [];
  const { controller, stop } = await startKubernetesOperator(
    {
      api: new KubernetesApi(kubeConfigAccess(kubeConfig)),
      database,
      databaseUrl,
      keyring: createKeyring(['a key for tests only']),
      issuer: ISSUER,
      namespace: cluster.namespace,
      watchNamespaces: namespaces,
      tenancy,
      instance: '',
      identity: 'test',
      metrics,
      log: createLogger('info', { write: (line: string) => void log.push(line) }),
      onDeposed: () => deposed.resolve(),
    },
    stopping.signal,
  );
  return {
    controller,
    metrics,
    log,
    deposed: deposed.promise,
    async stop() {
      stopping.abort();
      await stop();
    },
  };
}

/** The operator runs during every test, over the namespace of that test. */
export const operatorTest = test.extend<{ operator: TestOperator }>({
  operator: [
    async ({ cluster, asOperator }, use) => {
      const operator = await startOperator({ cluster, ...asOperator });
      await use(operator);
      await operator.stop();
    },
    { auto: true },
  ],
});
