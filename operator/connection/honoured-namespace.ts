import { NotReady } from '../runtime/not-ready.ts';
import type { Resource } from '../runtime/resource.ts';

/**
 * Instance-wide settings are the operator's neighbours: who may write in some other namespace must not decide where
 * the mail of everybody goes. Without a cluster (null) whoever writes the folder decides anyway.
 */
export function assertHonoured({ kind, metadata }: Resource, namespace: string | null): void {
  if (namespace !== null && metadata.namespace !== namespace) {
    throw new NotReady(
      'NamespaceNotHonoured',
      `${kind} holds for the whole instance, so only the one in the operator's namespace "${namespace}" is honoured, not this one in "${metadata.namespace}"`,
    );
  }
}
