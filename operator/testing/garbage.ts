import type { Cluster } from './cluster.ts';
import { NAMESPACED_KINDS } from './kinds.ts';
import type { KubeObject } from './kube-objects.ts';

export interface GarbageReport {
  /** `Secret/grafana-oidc` */
  deleted: string[];

  /** What a finalizer still holds. A namespace that is being deleted goes only when there is nothing of this. */
  held: string[];
}

/**
 * An API server alone has no controller manager, so nothing collects garbage and no namespace ever goes. This does
 * for one namespace, once, what those controllers would do:
 * - the garbage collector: objects whose owners are all gone are deleted, and what they own in turn;
 * - the namespace controller: of a namespace that is being deleted all objects are deleted, and when none is left
 *   (finalizers done), the namespace is let go.
 * It knows the kinds of kinds.ts, and background deletion only: no `--cascade=foreground`, no `orphan`.
 */
export async function collectGarbage(cluster: Cluster): Promise<GarbageReport> {
  const { namespace } = cluster;
  const space = await cluster.find('Namespace', namespace);
  const dying = Boolean(space?.metadata.deletionTimestamp);
  const deleted: string[] = [];
  for (;;) {
    const objects = await listAll(cluster);
    const waste = objects.filter((object) => dying || isOrphan(object, objects)).filter(isAlive);
    if (waste.length === 0) {
      const held = objects.filter((object) => !isAlive(object)).map(nameOf);
      if (dying && objects.length === 0) {
        await finalize(cluster);
      }
      return { deleted, held };
    }
    for (const object of waste) {
      await cluster.delete(object.kind, object.metadata.name);
      deleted.push(nameOf(object));
    }
  }
}

async function listAll(cluster: Cluster): Promise<KubeObject[]> {
  const lists = await Promise.all(NAMESPACED_KINDS.map((kind) => cluster.list(kind)));
  return lists.flat();
}

/** An owner lives in the same namespace; one of the same name but another uid is a stranger. */
function isOrphan({ metadata }: KubeObject, objects: KubeObject[]): boolean {
  const owners = metadata.ownerReferences ?? [];
  const known = owners.every(({ kind }) => NAMESPACED_KINDS.includes(kind));
  return (
    owners.length > 0 &&
    known &&
    !owners.some(({ uid }) => objects.some((object) => object.metadata.uid === uid))
  );
}

function isAlive({ metadata }: KubeObject): boolean {
  return !metadata.deletionTimestamp;
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

async function finalize({ client, namespace }: Cluster): Promise<void> {
  await client.send({
    method: 'PUT',
    path: `/api/v1/namespaces/${namespace}/finalize`,
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} },
  });
}
