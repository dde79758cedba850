import type { Keyring } from '#core';
import { groupReconciler } from './group/group.reconciler.ts';
import { ldapConfigReconciler } from './ldap-config/ldap-config.reconciler.ts';
import type { ClusterIssuer } from './oidc-client/issuer-keys.ts';
import { oidcClientReconciler } from './oidc-client/oidc-client.reconciler.ts';
import type { Reconciler } from './runtime/reconciler.ts';
import { smtpConfigReconciler } from './smtp-config/smtp-config.reconciler.ts';
import { underTenancy } from './tenancy/tenancy.reconciler.ts';
import { judgeClient, judgeGroup, type Tenancy } from './tenancy/tenancy.rules.ts';

export interface ReconcilerOptions {
  issuer: string;
  keyring: Keyring;

  /** The only one whose mail and directory settings count; null where whoever writes decides anyway. */
  namespace: string | null;
  tenancy: Tenancy | null;

  /** Null where there is no cluster. */
  clusterIssuer: ClusterIssuer | null;
}

/** One for each kind, wherever the resources come from. */
export function createReconcilers({
  issuer,
  keyring,
  namespace,
  tenancy,
  clusterIssuer,
}: ReconcilerOptions): Reconciler[] {
  return [
    underTenancy(oidcClientReconciler(issuer, clusterIssuer), tenancy, judgeClient),
    underTenancy(groupReconciler, tenancy, judgeGroup),
    smtpConfigReconciler({ keyring, namespace }),
    ldapConfigReconciler({ keyring, namespace }),
  ] as Reconciler[];
}
