import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { Owner } from './owner.ts';

/**
 * Runs the work in one transaction that carries the actor's name. The database refuses changes to rows of
 * another owner, so a forgotten check in our code cannot become a hole (migrations, `refuse_foreign_change`).
 */
export async function actAs<T>(
  em: EntityManager,
  actor: Owner,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  return em.transactional(async (tx) => {
    await query(tx, `select set_config('permiso.actor', $1, true)`, [actor]);
    return work(tx);
  });
}
