import { expect, vi } from 'vitest';
import { type Database, query } from '#core';
import type { KubeManifest, KubeObject } from '../testing/kube-objects.ts';
import { group, oidcClient } from '../testing/manifests.ts';
import { operatorTest as test } from '../testing/operator.ts';

/** As many as the operator works on side by side. */
const RIVALS = Array.from({ length: 8 }, (_, index) => `rival-${index}`);

/**
 * Lets nobody write to the table before so many want to, each having seen that the name is still free. So the race
 * is lost in the database and not at the look before it. Resolves once the table is held.
 */
async function holdUntilAllWant(
  database: Database,
  table: string,
): Promise<{ released: Promise<void> }> {
  const held = Promise.withResolvers<void>();
  const released = database.em.fork().transactional(async (em) => {
    await query(em, `lock table ${table} in share mode`);
    held.resolve();
    await vi.waitFor(async () => {
      const [row] = await query<{ waiting: number }>(
        em,
        'select count(*)::int as waiting from pg_locks where relation = $1::regclass and not granted',
        [table],
      );
      expect(row?.waiting).toBe(RIVALS.length);
    });
  });
  await Promise.race([held.promise, released]);
  return { released };
}

function readyOf({ status }: KubeObject) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

const isJudged = (object: KubeObject) => ['True', 'False'].includes(readyOf(object)?.status ?? '');

test.for<[string, string, (name: string, shared: string) => KubeManifest]>([
  ['OIDCClient', 'clients', (name, clientID) => oidcClient(name, { clientID })],
  ['Group', 'groups', (name, groupName) => group(name, { groupName })],
])(
  'of several %ss that want the same name at once one gets it, and the others hear of a conflict and of nothing else',
  async ([kind, table, manifest], { cluster, database, operator }) => {
    const { released } = await holdUntilAllWant(database, table);
    for (const name of RIVALS) {
      await cluster.apply(manifest(name, `wanted-in-${cluster.namespace}`));
    }
    await released;
    const judged = await Promise.all(RIVALS.map((name) => cluster.waitFor(kind, name, isJudged)));
    await operator.controller.queue.idle();

    const losers = judged.filter((object) => readyOf(object)?.status === 'False');
    expect(losers.map((object) => readyOf(object)?.reason)).toEqual(
      Array.from({ length: RIVALS.length - 1 }, () => 'Conflict'),
    );
    for (const { metadata } of losers) {
      const events = await cluster.events(kind, metadata.name);
      expect(events).toMatchObject([{ type: 'Warning', reason: 'Conflict' }]);
      const { stdout } = await cluster.kubectl('describe', kind, metadata.name);
      expect(stdout).toContain('Conflict');
      expect(stdout).not.toMatch(/ReconcileFailed|duplicate key/);
    }
    expect(operator.log.join('')).not.toContain('duplicate key');
  },
);
