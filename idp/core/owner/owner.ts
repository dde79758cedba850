/** Who declared a row, and so the only one who may change it. */
export type Owner = `kubernetes:${string}/${string}/${string}` | 'ldap' | 'admin';

/** People using the web pages or the API. */
export const ADMIN: Owner = 'admin';

/** The custom resource (or manifest file) that declared a row. */
export function kubernetesOwner(kind: string, namespace: string, name: string): Owner {
  return `kubernetes:${kind}/${namespace}/${name}`;
}
