import { describe, expect, vi } from 'vitest';
import { type Database, findClient, hashToken, listClientSecretHashes, query } from '#core';
import type { RegistryAccess } from '#core/testing';
import type { Cluster } from '../testing/cluster.ts';
import { FaultPoints, serverWithFaults, withFaults } from '../testing/fault-points.ts';
import { oidcClient } from '../testing/manifests.ts';
import { startOperator, type TestOperator } from '../testing/operator.ts';
import { test } from '../testing/test.ts';

interface Scene {
  cluster: Cluster;
  database: Database;
  asOperator: RegistryAccess;
}

/** Runs an operator until it died at its point, or had nothing more to do. Says how many points it passed. */
async function runUntilDeath(scene: Scene, at?: number): Promise<number> {
  const points = new FaultPoints(at);
  const server = await serverWithFaults(scene.cluster.connection, points);
  const { cluster, asOperator } = scene;
  const operator = await startOperator({
    cluster,
    databaseUrl: asOperator.databaseUrl,
    database: withFaults(asOperator.database, points),
    kubeConfig: server.kubeConfig,
  });
  await vi.waitFor(async () => {
    await operator.controller.queue.idle();
    expect(points.isDead || operator.controller.queue.size === 0).toBe(true);
  });
  await operator.stop();
  await server.close();
  return points.passed;
}

/** What must be true whatever happened before: one row, one Secret, and they agree. */
async function expectHarmony({ cluster, database }: Scene, name: string): Promise<void> {
  const id = `${cluster.namespace}.${name}`;
  const { values } = await cluster.secret(`${name}-oidc`);
  const secrets = await listClientSecretHashes(database.em.fork(), id);
  const forEver = secrets.filter(({ expiresAt }) => !expiresAt);
  const rows = await query(database.em.fork(), 'select id from clients where id = $1', [id]);

  expect(rows).toHaveLength(1);
  expect(forEver.map(({ hash }) => hash)).toEqual([hashToken(values.client_secret ?? '')]);
}

const WRITES = {
  'creating a client': {
    prepare: async () => {},
    change: ({ cluster }: Scene, name: string) => cluster.apply(oidcClient(name)),
  },
  'updating it': {
    prepare: ({ cluster }: Scene, name: string) => cluster.apply(oidcClient(name)),
    change: ({ cluster }: Scene, name: string) =>
      cluster.apply(oidcClient(name, { callbackURLs: ['https://moved.example.com/cb'] })),
  },
  'rotating its secret': {
    prepare: ({ cluster }: Scene, name: string) => cluster.apply(oidcClient(name)),
    change: ({ cluster }: Scene, name: string) =>
      cluster.patch('OIDCClient', name, {
        metadata: { annotations: { 'permisolabs.eu/rotate-secret': 'now' } },
      }),
  },
};

describe('an operator that is killed anywhere while', () => {
  test.for(Object.entries(WRITES))(
    '%s leaves nothing that the next one does not put right',
    async ([, { prepare, change }], { cluster, database, asOperator }) => {
      const scene = { cluster, database, asOperator };
      const begin = async (name: string) => {
        await prepare(scene, name);
        await runUntilDeath(scene);
        await change(scene, name);
      };
      await begin('measured');
      const points = await runUntilDeath(scene);

      for (let at = 1; at <= points; at += 1) {
        const name = `killed-at-${at}`;
        await begin(name);
        await runUntilDeath(scene, at);
        await runUntilDeath(scene);
        await cluster.waitFor('OIDCClient', name, 'Ready');
        await expectHarmony(scene, name);
      }
      expect(points).toBeGreaterThan(3);
    },
  );

  test('deleting it leaves nothing at all after the next one', async ({
    cluster,
    database,
    asOperator,
  }) => {
    const scene = { cluster, database, asOperator };
    const begin = async (name: string) => {
      await cluster.apply(oidcClient(name));
      await runUntilDeath(scene);
      await cluster.delete('OIDCClient', name);
    };
    await begin('measured');
    const points = await runUntilDeath(scene);

    for (let at = 1; at <= points; at += 1) {
      const name = `killed-at-${at}`;
      await begin(name);
      await runUntilDeath(scene, at);
      await runUntilDeath(scene);
      await cluster.waitUntilGone('OIDCClient', name);
      await cluster.collectGarbage();
      expect(await findClient(database.em.fork(), `${cluster.namespace}.${name}`)).toBeNull();
      expect(await cluster.find('Secret', `${name}-oidc`)).toBeNull();
    }
    expect(points).toBeGreaterThan(2);
  });
});

test('a second operator that takes over makes every later write of the first one void', async ({
  cluster,
  database,
  asOperator,
}) => {
  const first = await startOperator({ cluster, ...asOperator });
  await cluster.apply(oidcClient('contested'));
  await cluster.waitFor('OIDCClient', 'contested', 'Ready');
  const second = await startOperator({ cluster, ...asOperator });
  await second.stop();

  await cluster.apply(oidcClient('contested', { displayName: 'By the first' }));
  await first.deposed;
  await first.stop();

  const client = await findClient(database.em.fork(), `${cluster.namespace}.contested`);
  expect(client?.name).toBe('contested');
});

test('nothing is missed of what changed while the operator could not hear', async ({
  cluster,
  asOperator,
}) => {
  const server = await serverWithFaults(cluster.connection);
  const operator = await startOperator({
    cluster,
    ...asOperator,
    kubeConfig: server.kubeConfig,
  });
  await cluster.apply(oidcClient('goes'));
  await cluster.waitFor('OIDCClient', 'goes', 'Ready');

  server.cut();
  const changes = Array.from({ length: 200 }, (_, n) => cluster.apply(oidcClient(`missed-${n}`)));
  await Promise.all(changes);
  await cluster.delete('OIDCClient', 'goes');
  server.heal();

  await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      cluster.waitFor('OIDCClient', `missed-${n}`, 'Ready', 120_000),
    ),
  );
  await cluster.waitUntilGone('OIDCClient', 'goes');
  await operator.stop();
  await server.close();
});

test('an accident takes nothing from the status that stood there, tells no row, and is written once', async ({
  cluster,
  database,
  asOperator,
}) => {
  const operator = await startOperator({ cluster, ...asOperator });
  await cluster.apply(oidcClient('struck'));
  const before = await cluster.waitFor('OIDCClient', 'struck', 'Ready');
  await query(
    database.em.fork(),
    `alter table clients add constraint accident check (name <> 'Bad luck')`,
  );

  await cluster.apply(oidcClient('struck', { displayName: 'Bad luck' }));
  const struck = await cluster.waitFor('OIDCClient', 'struck', 'Ready=Unknown');
  await vi.waitFor(async () => expect(await countFailures(operator)).toBeGreaterThan(2));
  const stillStruck = await cluster.get('OIDCClient', 'struck');
  await query(database.em.fork(), 'alter table clients drop constraint accident');
  const after = await cluster.waitFor('OIDCClient', 'struck', 'Ready');
  await operator.stop();

  const withoutSummary = ({ status }: typeof before) => ({
    ...status,
    observedGeneration: 0,
    conditions: status?.conditions
      ?.filter(({ type }) => !['Ready', 'Reconciling'].includes(type))
      .map((condition) => ({ ...condition, observedGeneration: 0 })),
  });
  expect(before.status).toMatchObject({ clientID: `${cluster.namespace}.struck` });
  expect(withoutSummary(struck)).toEqual(withoutSummary(before));
  expect(withoutSummary(after)).toEqual(withoutSummary(before));
  expect(struck.status?.observedGeneration).toBe(2);
  expect(JSON.stringify(struck.status)).not.toContain('Failing row');
  expect(stillStruck.metadata.resourceVersion).toBe(struck.metadata.resourceVersion);
});

async function countFailures({ metrics }: TestOperator): Promise<number> {
  const { values } = await metrics.reconciles.get();
  return values.find(({ labels }) => labels.result === 'failed')?.value ?? 0;
}
