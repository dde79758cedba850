/** What a manifest needs; the namespace may be left to the cluster. */
export interface KubeManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export type Fields = Record<string, unknown>;

/** An object as the API server holds it; dates are text, as on the wire. */
export interface KubeObject<Spec = Fields, Status = Fields> {
  apiVersion: string;
  kind: string;
  metadata: KubeMetadata;
  spec: Spec;
  status?: Status & { conditions?: KubeCondition[] };
}

interface KubeMetadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: { manager: string; operation: string; subresource?: string; time: string }[];
  deletionTimestamp?: string;
}

interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

interface KubeCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface KubeSecret {
  metadata: KubeMetadata;
  type: string;

  /** Decoded. */
  values: Record<string, string>;
}

/** events.k8s.io/v1, the fields that tests look at. */
export interface KubeEvent {
  metadata: KubeMetadata;
  type: 'Normal' | 'Warning';
  reason: string;
  note: string;
  action: string;
  eventTime: string;
  reportingController: string;
  reportingInstance: string;
  regarding: { kind: string; name: string; namespace: string; uid: string };
  series?: { count: number; lastObservedTime: string };
}

/** `Ready` (it is True), or `Ready=False`, or a question about the object. */
export type Expectation<Spec = Fields, Status = Fields> =
  | string
  | ((object: KubeObject<Spec, Status>) => boolean);

/** A condition counts only when it speaks about the present spec, as for `kubectl wait`. */
export function meets<Spec, Status>(
  object: KubeObject<Spec, Status>,
  expectation: Expectation<Spec, Status>,
): boolean {
  if (typeof expectation === 'function') {
    return expectation(object);
  }
  const [type, status = 'True'] = expectation.split('=');
  const generation = object.metadata.generation ?? 0;
  return (object.status?.conditions ?? []).some(
    (condition) =>
      condition.type === type &&
      condition.status === status &&
      (condition.observedGeneration ?? generation) >= generation,
  );
}
