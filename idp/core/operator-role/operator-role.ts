import type { EntityManager } from '@mikro-orm/postgresql';
import { ConfigurationError } from '../environment.ts';
import { query } from '../query.ts';
import { OPERATOR_FUNCTIONS, OPERATOR_GRANTS } from './operator-role.grants.ts';

/**
 * Lets this role, which must exist, do what an operator does, and nothing else. Done after every migration and not in
 * one, because only the environment names the role, and a restored database may have lost what it was granted. Safe
 * to repeat, also while an operator works: it has its privileges of before or of after. With `keep` it takes nothing
 * away, because an operator of a later version needs what this one does not know of.
 */
export async function grantToOperator(
  em: EntityManager,
  role: string,
  { keep = false } = {},
): Promise<void> {
  await em.transactional(async (tx) => {
    const { name, schema } = await identify(tx, role);
    const statements = [
      ...(keep ? [] : await listOwnObjects(tx)).map(
        (object) => `revoke all on ${object} from ${name}`,
      ),
      `grant usage on schema ${schema} to ${name}`,
      ...Object.entries(OPERATOR_GRANTS).map(
        ([table, privileges]) => `grant ${privileges} on ${table} to ${name}`,
      ),
      ...OPERATOR_FUNCTIONS.map((signature) => `grant execute on function ${signature} to ${name}`),
    ];
    for (const sql of statements) {
      await query(tx, sql);
    }
    await assertHeld(tx, role);
  });
}

/** Names as SQL may have them. */
async function identify(em: EntityManager, role: string) {
  const [names] = await query<{ name: string; schema: string; exists: boolean }>(
    em,
    `select quote_ident($1) as name, quote_ident(current_schema()) as schema,
            exists (select from pg_roles where rolname = $1) as exists`,
    [role],
  );
  if (!names?.exists) {
    throw new ConfigurationError([
      `OPERATOR_DATABASE_ROLE: PostgreSQL has no role "${role}"; as its administrator type: create role ${names?.name} login password '…';`,
    ]);
  }
  return names;
}

/** Ours only: others may keep tables in the same schema. */
async function listOwnObjects(em: EntityManager): Promise<string[]> {
  const rows = await query<{ object: string }>(
    em,
    `with clients as (select relowner as owner, relnamespace as schema from pg_class where oid = 'clients'::regclass)
     select case relkind when 'S' then 'sequence ' else 'table ' end || pg_class.oid::regclass as object
       from pg_class, clients where relowner = owner and relnamespace = schema and relkind in ('r', 'v', 'S')
     union all
     select 'function ' || pg_proc.oid::regprocedure
       from pg_proc, clients where proowner = owner and pronamespace = schema`,
  );
  return rows.map(({ object }) => object);
}

/** No grant or revocation of ours holds a superuser, or a role that is a member of a mightier one. */
async function assertHeld(em: EntityManager, role: string): Promise<void> {
  const [row] = await query<{ free: boolean }>(
    em,
    `select has_column_privilege($1, oid, 'hash', 'select') or pg_has_role($1, relowner, 'member') as free
     from pg_class where oid = 'client_secrets'::regclass`,
    [role],
  );
  if (row?.free) {
    throw new ConfigurationError([
      `OPERATOR_DATABASE_ROLE: whatever is granted to it, "${role}" may read the hashes of client secrets, as a superuser, as the owner of the tables or as a member of such a role; as PostgreSQL's administrator make one that is not: create role permiso_operator login password '…';`,
    ]);
  }
}
