import type { EntityManager } from '@mikro-orm/postgresql';
import { describe, expect, vi } from 'vitest';
import { declareClient } from '../client/client.registry.ts';
import { kubernetesOwner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { clientDeclaration, test } from '../testing/test.ts';
import { raiseFence, StaleLeader, transactBehindFence } from './fence.ts';

/** Who waits for a lock in this database. */
async function countWaiting(em: EntityManager): Promise<number> {
  const rows = await query(
    em,
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length;
}

describe('the fence', () => {
  test('lets only the newest leader write', async ({ em }) => {
    const first = await raiseFence(em);
    const second = await raiseFence(em);

    await expect(transactBehindFence(em, first, async () => 'kept')).rejects.toThrow(StaleLeader);
    await expect(transactBehindFence(em, second, async () => 'kept')).resolves.toBe('kept');
  });

  test('makes the next leader wait for a transaction that runs', async ({ database, em }) => {
    const order: string[] = [];
    const epoch = await raiseFence(em);
    const begun = Promise.withResolvers<void>();
    const running = transactBehindFence(em, epoch, async () => {
      begun.resolve();
      await vi.waitFor(async () => expect(await countWaiting(database.em.fork())).toBe(1));
      order.push('written');
    });
    await Promise.race([begun.promise, running]);

    await raiseFence(database.em.fork()).then(() => order.push('raised'));
    await running;

    expect(order).toEqual(['written', 'raised']);
  });

  test('does not let a leader that froze within a transaction keep the next one out', async ({
    database,
    em,
  }) => {
    const epoch = await raiseFence(em);
    const next: number[] = [];

    const frozen = transactBehindFence(em, epoch, async () => {
      next.push(await raiseFence(database.em.fork()));
    });

    await expect(frozen).rejects.toThrow();
    expect(next).toEqual([epoch + 1]);
  });

  test('has whoever loses a race look again, and find the winner', async ({ database, em }) => {
    const epoch = await raiseFence(em);
    const declare = (name: string) =>
      transactBehindFence(database.em.fork(), epoch, (tx) =>
        declareClient(tx, clientDeclaration('raced'), kubernetesOwner('OIDCClient', 'apps', name)),
      );

    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => declare(`n${n}`)));

    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(7);
    expect(refused.every(({ reason }) => reason.code === 'owned_elsewhere')).toBe(true);
  });
});
