import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { type Database, findClient, query } from '#core';
import type { Cluster } from '../testing/cluster.ts';
import { type FaultyAnswer, serverWithFaults } from '../testing/fault-points.ts';
import { startLine } from '../testing/line.ts';
import { oidcClient } from '../testing/manifests.ts';
import { startOperator } from '../testing/operator.ts';
import { type Program, startProgram } from '../testing/program.ts';
import { test as clusterTest } from '../testing/test.ts';

/** A leader that hears nothing of its Lease for 10 s rests from its work; an outage must be longer to show it. */
const LONGER_THAN_A_LEASE = 12_000;
const PATIENCE = { timeout: 120_000, interval: 500 };

type Operate = (cluster: Cluster, kubeconfigPath?: string) => Promise<Program>;

const test = clusterTest.extend<{ operate: Operate }>({
  operate: async ({ asOperator }, use) => {
    const programs: Program[] = [];
    await use(async (cluster, kubeconfigPath) => {
      const program = await startProgram(cluster, asOperator.databaseUrl, kubeconfigPath);
      programs.push(program);
      await program.line('operator leads');
      return program;
    });
    for (const { child, exited } of programs) {
      child.kill('SIGKILL');
      await exited;
    }
  },
});

/** Declares clients `from` … `to`, all of one name; somebody else's work, so it passes no faulty line. */
async function declareMany(cluster: Cluster, name: string, [from, to]: [number, number]) {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index).values();
  const declareNext = async () => {
    for (const n of numbers) {
      await cluster.apply(oidcClient(`client-${n}`, { displayName: name }));
    }
  };
  await Promise.all(Array.from({ length: 8 }, declareNext));
}

interface Registry {
  cluster: Cluster;
  database: Database;
}

/** Resolves once all of them have the name, in the registry and by their status, and says after how many seconds. */
async function untilInStep({ cluster, database }: Registry, name: string, count: number) {
  const since = performance.now();
  const named = async () => {
    const rows = await query(
      database.em.fork(),
      'select id from clients where name = $1 and starts_with(id, $2)',
      [name, `${cluster.namespace}.`],
    );
    return rows.length;
  };
  // Lists come last: they would keep the API server from its work.
  await vi.waitFor(async () => expect(await named()).toBe(count), PATIENCE);
  await vi.waitFor(async () => expect(await listUntold(cluster)).toEqual([]), PATIENCE);
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** The resources whose status does not speak of their last change. */
async function listUntold(cluster: Cluster): Promise<string[]> {
  const resources = await cluster.list<object, { observedGeneration: number }>('OIDCClient');
  const isTold = ({ metadata, status }: (typeof resources)[number]) =>
    status?.observedGeneration === metadata.generation &&
    status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return resources.filter((one) => !isTold(one)).map(({ metadata }) => metadata.name);
}

describe('no change is missed that others made', () => {
  test('while the line to the API server was cut, and the operator stays the leader', async ({
    cluster,
    database,
    operate,
  }) => {
    const line = await startLine(cluster.connection);
    const program = await operate(cluster, line.kubeconfigPath);
    await declareMany(cluster, 'before', [0, 1000]);
    await untilInStep({ cluster, database }, 'before', 1000);

    line.cut();
    const outage = sleep(LONGER_THAN_A_LEASE);
    await declareMany(cluster, 'after', [0, 1000]);
    await outage;
    line.heal();
    const duration = await untilInStep({ cluster, database }, 'after', 1000);
    process.stdout.write(`1,000 edits in step ${duration} after the line was back\n`);
    line.close();

    expect(program.child.exitCode).toBeNull();
  }, 240_000);

  test('while every connection was silent, though they stay so for ever', async ({
    cluster,
    database,
    operate,
  }) => {
    const line = await startLine(cluster.connection);
    const program = await operate(cluster, line.kubeconfigPath);
    await declareMany(cluster, 'before', [0, 50]);
    await untilInStep({ cluster, database }, 'before', 50);

    line.silence();
    await declareMany(cluster, 'after', [0, 50]);
    await sleep(LONGER_THAN_A_LEASE);
    line.heal();
    await untilInStep({ cluster, database }, 'after', 50);
    line.close();

    expect(program.child.exitCode).toBeNull();
  });

  test('just before the API server ended, and just after it came back', async ({
    ownServer,
    ownCluster: cluster,
    database,
    operate,
  }) => {
    const program = await operate(cluster);
    await declareMany(cluster, 'before', [0, 100]);
    await untilInStep({ cluster, database }, 'before', 100);

    await declareMany(cluster, 'after', [0, 50]);
    await ownServer.stop('SIGTERM');
    await sleep(LONGER_THAN_A_LEASE);
    await ownServer.start();
    await declareMany(cluster, 'after', [50, 100]);
    await untilInStep({ cluster, database }, 'after', 100);

    expect(program.child.exitCode).toBeNull();
  });

  test.for<[FaultyAnswer, string]>([
    ['gone', 'had forgotten how far each watch was (410)'],
    ['busy', 'had no time (429)'],
    ['broken', 'failed at everything (500)'],
  ])('while the API server %s: it %s', async ([answer], { cluster, database, asOperator }) => {
    const { kubeConfig, cut, heal, close } = await serverWithFaults(cluster.connection);
    const operator = await startOperator({ cluster, ...asOperator, kubeConfig });
    await cluster.apply(oidcClient('removed', { displayName: 'before' }));
    await declareMany(cluster, 'before', [0, 50]);
    await untilInStep({ cluster, database }, 'before', 51);

    cut(answer);
    await declareMany(cluster, 'after', [0, 100]);
    await cluster.delete('OIDCClient', 'removed');
    await sleep(1500);
    heal();
    await untilInStep({ cluster, database }, 'after', 100);
    await cluster.waitUntilGone('OIDCClient', 'removed');
    await operator.stop();
    await close();
  });
});

describe('an operator whose API server', () => {
  test.for(['SIGTERM', 'SIGKILL'] as const)(
    'ended by %s and came back goes on where it was',
    async (signal, { ownServer, ownCluster: cluster, database, asOperator }) => {
      const operator = await startOperator({ cluster, ...asOperator });
      await cluster.apply(oidcClient('before'));
      await cluster.waitFor('OIDCClient', 'before', 'Ready');

      await ownServer.stop(signal);
      await sleep(3000);
      await ownServer.start();
      await cluster.apply(oidcClient('after'));
      await cluster.delete('OIDCClient', 'before');
      await cluster.waitFor('OIDCClient', 'after', 'Ready');
      await cluster.waitUntilGone('OIDCClient', 'before');
      await operator.stop();

      expect(await findClient(database.em.fork(), `${cluster.namespace}.before`)).toBeNull();
    },
  );

  test('froze for a while misses nothing', async ({
    ownServer,
    ownCluster: cluster,
    asOperator,
  }) => {
    const operator = await startOperator({ cluster, ...asOperator });
    ownServer.freeze();
    await sleep(3000);
    ownServer.thaw();

    await cluster.apply(oidcClient('thawed'));
    await cluster.waitFor('OIDCClient', 'thawed', 'Ready');
    await operator.stop();
  });
});
