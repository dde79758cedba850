import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import type { Owner } from './owner.ts';

/**
 * Runs the work in a transaction, the caller's if there is one, that carries the actor's name. The database refuses changes to rows of
 * another owner, so a forgotten check in our code cannot become a hole (migrations, `refuse_foreign_change`).
 */
export async function actAs<T>(
  em: EntityManager,
  actor: Owner,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  const act = async (tx: EntityManager) => {
    await query(tx, `select set_config('permiso.actor', $1, true)`, [actor]);
    return work(tx);
  };
  return em.isInTransaction() ? act(em) : em.transactional(act);
}
