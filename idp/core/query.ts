import type { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';

/**
 * Plain SQL with values bound as `$1`, `$2`, …, in the transaction of `em` if it has one.
 * (MikroORM's own `execute` writes values into the text, which neither PostgreSQL's types nor a reviewer like.)
 */
export async function query<Row extends object>(
  em: EntityManager,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const { rows } = await em.getKysely().executeQuery<Row>(CompiledQuery.raw(sql, values));
  return rows;
}
