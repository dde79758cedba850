import { kubernetesOwner, type Owner } from '#core';
import type { Resource } from '../runtime/resource.ts';

/** How the registry names the resource that declared a row. */
export function ownerOf({ kind, metadata }: Resource): Owner {
  return kubernetesOwner(kind, metadata.namespace, metadata.name);
}
