import { beforeAll, describe, expect, test } from 'vitest';
import { askDatabase } from './database.ts';
import { NEXT_IMAGE } from './images.ts';
import { helm, kubectl, kubectlJson } from './kubectl.ts';
import { startLoad } from './load.ts';
import { ensureInstalled, NAMESPACE, upgrade } from './stage.ts';

const ROLLOUTS = ['permiso-idp', 'permiso-operator'];

describe('under sign-ins, refreshes and questions after people', () => {
  beforeAll(ensureInstalled);

  test('nobody notices restarts, an upgrade with a migration, and the way back', async () => {
    const load = await startLoad();

    await restart();
    const restarted = await revision();
    await upgrade(NEXT_IMAGE);
    const migrated = await askDatabase('select count(*) from of_the_next_version');
    await helm('rollback', 'permiso', '-n', NAMESPACE, '--wait', '--timeout', '5m');
    await load.reach(20);
    const report = await load.stop();

    console.log(report);
    expect(migrated).toBe('0');
    expect(await revision()).toBe(restarted + 2);
    expect(report.requests).toBeGreaterThanOrEqual(20_000);
    expect(report.failures).toEqual({});
    expect(report).toMatchObject({ failed: 0, lostSessions: 0, lostTokens: 0 });
  });

  test('a pod that is killed takes with it what it was answering, and nothing else', async () => {
    const load = await startLoad();

    await load.reach(1);
    const killed = Date.now();
    await killOnePod();
    await load.reach(4);
    const report = await load.stop();

    console.log({ killed, ...report });
    expect(await restarts()).toBe(1);
    expect(report).toMatchObject({ lostSessions: 0, lostTokens: 0 });
    // What was under way, and what came before the Service knew.
    expect(report.failed).toBeLessThan(100);
    expect((report.lastFailure ?? killed) - killed).toBeLessThan(10_000);
  });
});

async function restart(): Promise<void> {
  for (const name of ROLLOUTS) {
    await kubectl('rollout', 'restart', '-n', NAMESPACE, `deployment/${name}`);
  }
  for (const name of ROLLOUTS) {
    await kubectl(
      ...['rollout', 'status', '-n', NAMESPACE, `deployment/${name}`, '--timeout=300s'],
    );
  }
}

async function revision(): Promise<number> {
  const history = await helm('history', 'permiso', '-n', NAMESPACE, '-o', 'json');
  return JSON.parse(history).at(-1).revision;
}

async function restarts(): Promise<number> {
  const counts = await kubectl(
    ...['get', 'pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=idp'],
    ...['-o', 'jsonpath={.items[*].status.containerStatuses[*].restartCount}'],
  );
  return counts.split(' ').reduce((sum, count) => sum + Number(count), 0);
}

/** No signal from inside ends a container's first process at once, and the node is out of reach: by its debugger. */
const END_AT_ONCE = `
  process.kill(1, 'SIGUSR1');
  setTimeout(async () => {
    const [{ webSocketDebuggerUrl }] = await (await fetch('http://127.0.0.1:9229/json')).json();
    const socket = new WebSocket(webSocketDebuggerUrl);
    const params = { expression: 'process.abort()' };
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    socket.onclose = () => process.exit(0);
  }, 500);
`;

async function killOnePod(): Promise<void> {
  const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>(
    ...['get', 'pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=idp'],
  );
  const name = items[0]?.metadata.name ?? '';
  // What is killed takes along what runs beside it in its container.
  await kubectl('exec', '-n', NAMESPACE, name, '-c', 'idp', '--', 'node', '-e', END_AT_ONCE).catch(
    () => {},
  );
}
