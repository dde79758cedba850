import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';

/** Another operator leads by now; nothing of this transaction was kept. */
export class StaleLeader extends Error {
  constructor(epoch: number) {
    super(`another operator has taken over since epoch ${epoch}`);
    this.name = 'StaleLeader';
  }
}

/** Taken by each new leader: whatever an earlier one still wants to write is refused from here on. */
export async function raiseFence(em: EntityManager): Promise<number> {
  const [row] = await query<{ epoch: number }>(
    em,
    'update operator_fence set epoch = epoch + 1 returning epoch::int as epoch',
  );
  return row?.epoch ?? 0;
}

/**
 * One transaction that holds only while this epoch is the newest. The shared lock makes the next leader wait for
 * transactions that run, so there are never two writers. A Lease alone cannot promise that: a process that was
 * paused does not know.
 */
export async function transactBehindFence<T>(
  em: EntityManager,
  epoch: number,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  return em.transactional(async (tx) => {
    const rows = await query(tx, 'select 1 from operator_fence where epoch = $1 for share', [
      epoch,
    ]);
    if (rows.length === 0) {
      throw new StaleLeader(epoch);
    }
    // Tells our own changes from those of somebody who acts in our name.
    await query(tx, `select set_config('permiso.epoch', $1, true)`, [String(epoch)]);
    return work(tx);
  });
}
