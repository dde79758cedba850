import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditRecord } from '../audit/audit.registry.ts';
import { query } from '../query.ts';
import { ADMIN, type Owner } from './owner.ts';

/** Somebody at the web pages or the API, and where. */
export type Administrator = Pick<AuditRecord, 'actor' | 'origin'>;

/** Who makes a declaration: the owner itself, or somebody in whose name the web pages own the row. */
export type Declarer = Owner | Administrator;

/** Who owns what is declared, and what the audit log says of who did it. */
export function toOwner(declarer: Declarer): { owner: Owner; by: Administrator } {
  return typeof declarer === 'string'
    ? { owner: declarer, by: { actor: declarer } }
    : { owner: ADMIN, by: declarer };
}

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
