import type { EntityManager } from '@mikro-orm/postgresql';
import { query } from '../query.ts';
import { Resource } from './resource.entity.ts';

export type ResourceKey = Pick<Resource, 'kind' | 'namespace' | 'name'>;

/** Keeps the newest verdict on a resource. Writes nothing, and says false, when nothing changed. */
export async function recordResource(
  em: EntityManager,
  resource: Omit<Resource, 'updatedAt'>,
): Promise<boolean> {
  const rows = await query<object>(
    em,
    `insert into resources (kind, namespace, name, spec, ready, reason, message, updated_at)
     values ($1, $2, $3, $4::jsonb, $5, $6, $7, now())
     on conflict (kind, namespace, name) do update
       set spec = excluded.spec, ready = excluded.ready, reason = excluded.reason, message = excluded.message, updated_at = now()
       where (resources.spec, resources.ready, resources.reason, resources.message)
         is distinct from (excluded.spec, excluded.ready, excluded.reason, excluded.message)
     returning name`,
    [
      resource.kind,
      resource.namespace,
      resource.name,
      resource.spec === null ? null : JSON.stringify(resource.spec),
      resource.ready,
      resource.reason,
      resource.message,
    ],
  );
  return rows.length > 0;
}

export async function listResources(em: EntityManager): Promise<Resource[]> {
  return em.find(Resource, {}, { orderBy: { kind: 'asc', namespace: 'asc', name: 'asc' } });
}

/** Forgets a resource that is gone. Safe to repeat. */
export async function forgetResource(em: EntityManager, key: ResourceKey): Promise<void> {
  const { kind, namespace, name } = key;
  await em.nativeDelete(Resource, { kind, namespace, name });
}
