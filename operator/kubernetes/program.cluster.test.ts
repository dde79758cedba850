import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { findClient, migrateDatabase } from '#core';
import { startLine } from '../testing/line.ts';
import { oidcClient } from '../testing/manifests.ts';
import { type Program, startProgram } from '../testing/program.ts';
import { test as clusterTest } from '../testing/test.ts';

const LEADS = 'operator leads';

type Start = (kubeconfigPath?: string) => Promise<Program>;

const test = clusterTest.extend<{ start: Start }>({
  start: async ({ cluster, asOperator }, use) => {
    const programs: Program[] = [];
    await use(async (kubeconfigPath) => {
      const program = await startProgram(cluster, asOperator.databaseUrl, kubeconfigPath);
      programs.push(program);
      return program;
    });
    for (const { child, exited } of programs) {
      child.kill('SIGKILL');
      await exited;
    }
  },
});

/** One that leads and one that waits. */
async function startPair(start: Start) {
  const first = await start();
  await first.line(LEADS);
  const second = await start();
  await second.line('operator waits to lead');
  return { first, second };
}

describe('of two operators', () => {
  test('the waiting one leads as soon as the leader ends, and the Lease is handed over', async ({
    cluster,
    start,
  }) => {
    const { first, second } = await startPair(start);

    first.child.kill('SIGTERM');
    await second.line(LEADS);
    await cluster.apply(oidcClient('after'));
    await cluster.waitFor('OIDCClient', 'after', 'Ready');

    expect(await first.exited).toBe(0);
    expect(first.output()).not.toContain('"level":50');
  });

  test('the waiting one leads when the leader is killed, once the Lease has run out', async ({
    cluster,
    start,
  }) => {
    const { first, second } = await startPair(start);

    first.child.kill('SIGKILL');
    await second.line(LEADS);
    await cluster.apply(oidcClient('after'));

    await cluster.waitFor('OIDCClient', 'after', 'Ready');
  });

  test('one that is cut off alone rests, and ends when it sees that the other has taken over', async ({
    cluster,
    start,
  }) => {
    const line = await startLine(cluster.connection);
    const first = await start(line.kubeconfigPath);
    await first.line(LEADS);
    const second = await start();
    await second.line('operator waits to lead');

    line.cut();
    await second.line(LEADS);
    line.heal();
    const code = await first.exited;
    line.close();
    await cluster.apply(oidcClient('after'));
    await cluster.waitFor('OIDCClient', 'after', 'Ready');

    expect(code).toBe(1);
    expect(second.child.exitCode).toBeNull();
  });

  test('one that was frozen and thawed writes nothing more, and ends', async ({
    cluster,
    database,
    start,
  }) => {
    const { first, second } = await startPair(start);
    await cluster.apply(oidcClient('contested'));
    await cluster.waitFor('OIDCClient', 'contested', 'Ready');

    first.child.kill('SIGSTOP');
    await second.line(LEADS);
    second.child.kill('SIGSTOP');
    await cluster.apply(oidcClient('contested', { displayName: 'Seen by the frozen one' }));
    first.child.kill('SIGCONT');
    const code = await first.exited;
    const client = await findClient(database.em.fork(), `${cluster.namespace}.contested`);
    second.child.kill('SIGCONT');

    expect(code).toBe(1);
    expect(client?.name).toBe('contested');
    await vi.waitFor(async () => {
      const now = await findClient(database.em.fork(), `${cluster.namespace}.contested`);
      expect(now?.name).toBe('Seen by the frozen one');
    }, 15_000);
  });
});

test('one that comes before the schema of its database waits for it, and then leads', async ({
  cluster,
  databaseUrl,
}) => {
  const name = `later_${randomUUID().replaceAll('-', '')}`;
  const url = Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href;
  const program = await startProgram(cluster, url);
  await program.line('the database schema is not up to date');

  await migrateDatabase(url);
  await program.line(LEADS);

  program.child.kill('SIGTERM');
  expect(await program.exited).toBe(0);
});

test('an idle operator writes nothing but its Lease', async ({ cluster, start }) => {
  const program = await start();
  await cluster.apply(oidcClient('quiet'));
  await cluster.waitFor('OIDCClient', 'quiet', 'Ready');
  await sleep(1000);
  const before = (await cluster.writes()).length;

  await sleep(10_000);
  const writes = (await cluster.writes()).slice(before);

  expect(program.output()).toContain(LEADS);
  expect(writes.length).toBeGreaterThan(0);
  expect(new Set(writes.map(({ resource }) => resource))).toEqual(new Set(['leases']));
});

test('a thousand clients become ready while one poisonous resource keeps failing', async ({
  cluster,
  start,
}) => {
  const program = await start();
  await program.line(LEADS);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    immutable: true,
    metadata: {
      name: 'poison-oidc',
      labels: { 'app.kubernetes.io/managed-by': 'permiso' },
      ownerReferences: [
        { apiVersion: 'permisolabs.eu/v1alpha1', kind: 'OIDCClient', name: 'poison', uid: 'none' },
      ],
    },
  });
  await cluster.apply(oidcClient('poison'));

  const started = performance.now();
  const names = Array.from({ length: 1000 }, (_, n) => `many-${n}`);
  for (const name of names) {
    await cluster.apply(oidcClient(name));
  }
  const applied = performance.now();
  await vi.waitFor(
    async () => {
      const { text } = await program.ask('/metrics');
      expect(text).toContain('permiso_operator_resources{kind="OIDCClient",ready="true"} 1000');
    },
    { timeout: 120_000, interval: 500 },
  );
  const ready = performance.now();
  const { text } = await program.ask('/metrics');
  const memory = Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]) / 2 ** 20;
  process.stdout.write(
    `1,000 clients applied in ${Math.round((applied - started) / 1000)} s, ready after ${Math.round((ready - started) / 1000)} s, operator at ${Math.round(memory)} MB\n`,
  );

  expect(text).toMatch(/reconcile_total\{kind="OIDCClient",result="failed"\} [1-9]/);
  expect((await program.ask('/readyz')).status).toBe(200);
}, 240_000);
