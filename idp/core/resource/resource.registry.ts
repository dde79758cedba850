import type { EntityManager } from '@mikro-orm/postgresql';
import { StaleLeader } from '../fence/fence.ts';
import { readCursor, toPage, toPattern } from '../keyset.ts';
import { query } from '../query.ts';
import { Resource } from './resource.entity.ts';

export type ResourceKey = Pick<Resource, 'kind' | 'namespace' | 'name'>;

// The fence and the verdict in one statement: whatever changes in a cluster comes through here.
const RECORD = `
with fence as (
  select set_config('permiso.epoch', $1, true) from operator_fence where epoch::text = $1 for share),
kept as (
  insert into resources (kind, namespace, name, spec, ready, reason, message, updated_at)
  select $2, $3, $4, $5::jsonb, $6::boolean, $7, $8, now() from fence
  on conflict (kind, namespace, name) do update
    set spec = excluded.spec, ready = excluded.ready, reason = excluded.reason, message = excluded.message, updated_at = now()
    where (resources.spec, resources.ready, resources.reason, resources.message)
      is distinct from (excluded.spec, excluded.ready, excluded.reason, excluded.message)
  returning 1)
select exists (select from fence) as leads, exists (select from kept) as changed`;

/**
 * Keeps the newest verdict on a resource, behind the fence. Writes nothing, and says false, when nothing changed.
 * Throws `StaleLeader` when another operator leads by now.
 */
export async function recordResource(
  em: EntityManager,
  { kind, namespace, name, spec, ready, reason, message }: Omit<Resource, 'updatedAt'>,
  epoch: number,
): Promise<boolean> {
  const json = spec === null ? null : JSON.stringify(spec);
  const values = [String(epoch), kind, namespace, name, json, ready, reason, message];
  const [verdict] = await query<{ leads: boolean; changed: boolean }>(em, RECORD, values);
  if (!verdict?.leads) {
    throw new StaleLeader(epoch);
  }
  return verdict.changed;
}

export async function listResources(em: EntityManager): Promise<Resource[]> {
  return em.find(Resource, {}, { orderBy: { kind: 'asc', namespace: 'asc', name: 'asc' } });
}

export interface ResourceFilter {
  /** Part of its kind, namespace or name, written `kind/namespace/name`. */
  search?: string | undefined;
  ready?: boolean | undefined;
  after?: string | undefined;
  limit: number;
}

/** The last verdict on a resource, and the row that is its own. */
export interface Verdict extends Pick<Resource, 'kind' | 'namespace' | 'name'> {
  ready: boolean;
  reason: string;
  message: string;

  /** When it was first said. */
  since: Date;
  client: string | null;
  group: string | null;
  settings: string | null;
}

/** What is declared from outside and what became of it; those that are not ready first. */
export async function listVerdicts(
  em: EntityManager,
  { search = '', ready, after, limit }: ResourceFilter,
): Promise<{ resources: Verdict[]; next: string | null }> {
  const values = [toPattern(search), ready ?? null, ...readCursor(after), limit + 1];
  const found = await query<Verdict & { key: string }>(em, LIST_VERDICTS, values);
  const { rows, next } = toPage(found, limit, (row) => [String(row.ready), row.key]);
  return {
    resources: rows.map(({ key, since, ...verdict }) => ({ ...verdict, since: new Date(since) })),
    next,
  };
}

const LIST_VERDICTS = `
select r.key, r.kind, r.namespace, r.name, r.ready, r.reason, r.message, r.since,
       c.id as client, g.name as "group", s.key as settings
from (select kind || '/' || namespace || '/' || name as key, kind, namespace, name, ready, reason, message,
             updated_at as since from resources) r
left join clients c on c.owner = 'kubernetes:' || r.key
left join groups g on g.owner = 'kubernetes:' || r.key
left join settings s on s.owner = 'kubernetes:' || r.key
where r.key ilike $1 and ($2::boolean is null or r.ready = $2)
  and ($3::text is null or (r.ready::text, r.key) > ($3, $4))
order by r.ready::text, r.key limit $5`;

/** Forgets a resource that is gone. Safe to repeat. */
export async function forgetResource(em: EntityManager, key: ResourceKey): Promise<void> {
  const { kind, namespace, name } = key;
  await em.nativeDelete(Resource, { kind, namespace, name });
}
