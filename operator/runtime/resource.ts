/** What every custom resource has, whether it came from an API server or a file. */
export interface Resource<Spec = unknown> {
  kind: string;
  metadata: {
    namespace: string;
    name: string;
    uid: string;
    generation: number;
    annotations?: Record<string, string>;

    /** Set when the resource is to go: clean up what it declared, then release it. */
    deletionTimestamp?: string;
  };
  /** The last spec that was accepted; null when none ever was. */
  spec: Spec;

  /** Why the newest version was not accepted. An API server refuses at the door; a file may be wrong and stay. */
  rejection?: string;
}

export interface ResourceId {
  kind: string;
  namespace: string;
  name: string;
}

export function idOf({ kind, metadata: { namespace, name } }: Resource): ResourceId {
  return { kind, namespace, name };
}

/** The key of the work queue: `kind/namespace/name`. */
export function keyOf({ kind, namespace, name }: ResourceId): string {
  return `${kind}/${namespace}/${name}`;
}
