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
 * paused does not know. What lost a race against another writer is done again, and then sees what that one did.
 */
export async function transactBehindFence<T>(
  em: EntityManager,
  epoch: number,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await em.transactional((tx) => workBehindFence(tx, epoch, work));
    } catch (error) {
      if (attempt === ATTEMPTS || !isLostRace(error)) {
        throw error;
      }
    }
  }
}

const ATTEMPTS = 3;

// unique_violation, serialization_failure, deadlock_detected (PostgreSQL, appendix A).
const LOST_RACES = new Set(['23505', '40001', '40P01']);

function isLostRace(error: unknown): boolean {
  return LOST_RACES.has((error as { code?: string }).code ?? '');
}

async function workBehindFence<T>(
  em: EntityManager,
  epoch: number,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  // The setting tells our own changes from those of somebody who acts in our name.
  const rows = await query(
    em,
    `with fence as (select 1 from operator_fence where epoch = $1 for share)
     select set_config('permiso.epoch', $2, true) from fence`,
    [epoch, String(epoch)],
  );
  if (rows.length === 0) {
    throw new StaleLeader(epoch);
  }
  return work(em);
}
