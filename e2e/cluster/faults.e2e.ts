import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { runCommand } from './command.ts';
import { apply, kubectl } from './kubectl.ts';
import { startLoad } from './load.ts';
import { ensureInstalled, NAMESPACE } from './stage.ts';

describe('when PostgreSQL is restarted under load', () => {
  beforeAll(ensureInstalled);

  test('requests succeed again within two seconds of its return, and no code is spent twice', async () => {
    const load = await startLoad({ races: true });

    await load.reach(2);
    await kubectl('delete', 'pod', 'postgres-0', '-n', NAMESPACE);
    await kubectl('rollout', 'status', '-n', NAMESPACE, 'statefulset/postgres', '--timeout=120s');
    await load.reach(8);
    const report = await load.stop();

    console.log(report);
    // The longest: a probe may be late for other reasons.
    const [outage] = report.outages.toSorted((one, other) => lengthOf(other) - lengthOf(one));
    expect(outage?.to).toBeTypeOf('number');
    expect(report.failed).toBeGreaterThan(0);
    expect((report.lastFailure ?? 0) - (outage?.to ?? 0)).toBeLessThanOrEqual(2_000);
    expect(report.races).toBeGreaterThan(50);
    expect(report).toMatchObject({ doubleSpends: 0, lostSessions: 0 });
  });
});

describe.runIf(inject('restartApiServer'))('when the API server is restarted', () => {
  beforeAll(ensureInstalled);

  test('the operator does within ten seconds what was declared meanwhile', async () => {
    await apply(NAMESPACE, group('before'));
    await untilReady('before', 30);

    await runCommand(inject('restartApiServer') ?? '');
    await eventually(() => kubectl('get', '--raw', '/readyz'));
    await apply(NAMESPACE, group('after'));
    await untilReady('after', 10);

    await kubectl('delete', 'group.permisolabs.eu', 'before', 'after', '-n', NAMESPACE);
  });
});

function lengthOf({ from, to }: { from: number; to: number | null }): number {
  return (to ?? Date.now()) - from;
}

function group(name: string): object {
  const metadata = { name };
  return { apiVersion: 'permisolabs.eu/v1alpha1', kind: 'Group', metadata, spec: {} };
}

async function untilReady(name: string, seconds: number): Promise<void> {
  await kubectl(
    ...['wait', `group.permisolabs.eu/${name}`, '-n', NAMESPACE, '--for=condition=Ready'],
    `--timeout=${seconds}s`,
  );
}

async function eventually(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (attempt === 300) {
        throw error;
      }
      await sleep(200);
    }
  }
}
