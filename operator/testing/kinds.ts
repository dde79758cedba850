import { API_VERSION } from '../crd/custom-resource.ts';
import { KINDS } from '../crd/kinds.ts';

const OURS = Object.fromEntries(
  KINDS.map(({ kind, plural }): [string, KindPath] => [kind, [API_VERSION, plural]]),
);

/** apiVersion and plural. */
type KindPath = readonly [apiVersion: string, plural: string];

const NAMESPACED: Record<string, KindPath> = {
  ...OURS,
  ConfigMap: ['v1', 'configmaps'],
  Event: ['events.k8s.io/v1', 'events'],
  Lease: ['coordination.k8s.io/v1', 'leases'],
  Role: ['rbac.authorization.k8s.io/v1', 'roles'],
  RoleBinding: ['rbac.authorization.k8s.io/v1', 'rolebindings'],
  Secret: ['v1', 'secrets'],
  ServiceAccount: ['v1', 'serviceaccounts'],
};

const CLUSTER_WIDE: Record<string, KindPath> = {
  ClusterRole: ['rbac.authorization.k8s.io/v1', 'clusterroles'],
  ClusterRoleBinding: ['rbac.authorization.k8s.io/v1', 'clusterrolebindings'],
  CustomResourceDefinition: ['apiextensions.k8s.io/v1', 'customresourcedefinitions'],
  Namespace: ['v1', 'namespaces'],
  ValidatingAdmissionPolicy: ['admissionregistration.k8s.io/v1', 'validatingadmissionpolicies'],
  ValidatingAdmissionPolicyBinding: [
    'admissionregistration.k8s.io/v1',
    'validatingadmissionpolicybindings',
  ],
};

/** The kinds that the tests make in a namespace, and so must be able to clear away. */
export const NAMESPACED_KINDS = Object.keys(NAMESPACED);

export function apiVersionOf(kind: string): string {
  return lookUp(kind)[0];
}

/** The path of all objects of a kind, in the namespace when the kind has one. */
export function collectionPath(kind: string, namespace: string): string {
  const [apiVersion, plural] = lookUp(kind);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return kind in NAMESPACED ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}

function lookUp(kind: string): KindPath {
  const path = NAMESPACED[kind] ?? CLUSTER_WIDE[kind];
  if (!path) {
    throw new Error(`the tests do not know the kind ${kind}; add it to operator/testing/kinds.ts`);
  }
  return path;
}
