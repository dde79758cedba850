import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { findClient } from '#core';
import { type FaultyAnswer, serverWithFaults } from '../testing/fault-points.ts';
import { oidcClient } from '../testing/manifests.ts';
import { startOperator } from '../testing/operator.ts';
import { test } from '../testing/test.ts';

describe('an operator whose API server', () => {
  test.for(['SIGTERM', 'SIGKILL'] as const)(
    'ended by %s and came back goes on where it was',
    async (signal, { ownServer, ownCluster: cluster, database, databaseUrl }) => {
      const operator = await startOperator({ cluster, database, databaseUrl });
      await cluster.apply(oidcClient('before'));
      await cluster.waitFor('OIDCClient', 'before', 'Ready');

      await ownServer.stop(signal);
      await sleep(3000);
      await ownServer.start();
      await cluster.apply(oidcClient('after'));
      await cluster.delete('OIDCClient', 'before');
      await cluster.waitFor('OIDCClient', 'after', 'Ready', 15_000);
      await cluster.waitUntilGone('OIDCClient', 'before', 15_000);
      await operator.stop();

      expect(await findClient(database.em.fork(), `${cluster.namespace}.before`)).toBeNull();
    },
  );

  test('froze for a while misses nothing', async ({
    ownServer,
    ownCluster: cluster,
    database,
    databaseUrl,
  }) => {
    const operator = await startOperator({ cluster, database, databaseUrl });
    ownServer.freeze();
    await sleep(3000);
    ownServer.thaw();

    await cluster.apply(oidcClient('thawed'));
    await cluster.waitFor('OIDCClient', 'thawed', 'Ready', 15_000);
    await operator.stop();
  });

  test.for<[FaultyAnswer, string]>([
    ['gone', 'forgot how far each watch was (410)'],
    ['busy', 'has no time (429)'],
    ['broken', 'fails at everything (500)'],
  ])('%s: it %s, misses nothing', async ([answer], { cluster, database, databaseUrl }) => {
    const server = await serverWithFaults(cluster.connection);
    const operator = await startOperator({
      cluster,
      database,
      databaseUrl,
      kubeConfig: server.kubeConfig,
    });
    await cluster.apply(oidcClient('removed'));
    await cluster.waitFor('OIDCClient', 'removed', 'Ready');

    server.cut(answer);
    await cluster.apply(oidcClient('added'));
    await cluster.delete('OIDCClient', 'removed');
    await sleep(1500);
    server.heal();
    await cluster.waitFor('OIDCClient', 'added', 'Ready', 15_000);
    await cluster.waitUntilGone('OIDCClient', 'removed', 15_000);
    await operator.stop();
    await server.close();
  });
});
