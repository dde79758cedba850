import { inject } from 'vitest';
import { test as registryTest } from '#core/testing';
import { type ApiServer, startApiServer } from './api-server.ts';
import { Cluster } from './cluster.ts';
import { installCrds } from './crds.ts';

interface ClusterFixtures {
  /** The cluster that all tests share, seen from the namespace `default`. For fixtures that outlive a test. */
  sharedCluster: Cluster;

  /** The shared cluster, seen from a namespace of this test's own. */
  cluster: Cluster;

  /** The name of that namespace. */
  namespace: string;

  /**
   * An API server of this test file's own, to be stopped, frozen and restarted without disturbing others. A test
   * leaves it running.
   */
  ownServer: ApiServer;

  /** That server, seen from a namespace of this test's own. */
  ownCluster: Cluster;
}

export const test = registryTest.extend<ClusterFixtures>({
  sharedCluster: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
    async ({}, use) => {
      const cluster = new Cluster(inject('cluster'));
      await use(cluster);
      cluster.client.close();
    },
    { scope: 'file' },
  ],
  cluster: async ({ sharedCluster }, use) => {
    const cluster = await sharedCluster.createNamespace();
    await use(cluster);
    // Without waiting: there is no controller that would ever finish it.
    await cluster.delete('Namespace', cluster.namespace);
  },
  namespace: async ({ cluster }, use) => {
    await use(cluster.namespace);
  },
  ownServer: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
    async ({}, use) => {
      const server = await startApiServer(inject('cluster').binaries);
      try {
        const cluster = new Cluster(server.connection);
        await installCrds(cluster);
        cluster.client.close();
        await use(server);
      } finally {
        await server.close();
      }
    },
    { scope: 'file' },
  ],
  ownCluster: async ({ ownServer }, use) => {
    const cluster = new Cluster(ownServer.connection);
    await use(await cluster.createNamespace());
    cluster.client.close();
  },
});
