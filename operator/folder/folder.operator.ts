import { type Database, type Keyring, type Logger, listResources, raiseFence } from '#core';
import { groupReconciler } from '../group/group.reconciler.ts';
import { ldapConfigReconciler } from '../ldap-config/ldap-config.reconciler.ts';
import { oidcClientReconciler } from '../oidc-client/oidc-client.reconciler.ts';
import { Controller } from '../runtime/controller.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import { smtpConfigReconciler } from '../smtp-config/smtp-config.reconciler.ts';
import { folderCredentials, noSecrets } from './folder.credentials.ts';
import { FolderSource } from './folder.source.ts';

export interface FolderOperatorOptions {
  database: Database;
  log: Logger;
  issuer: string;
  folder: string;
  keyring: Keyring;
  metrics: Metrics;
  onDeposed(): void;
}

/** The operator without Kubernetes: the same schema and reconcilers over a folder of YAML. */
export async function createFolderOperator(options: FolderOperatorOptions): Promise<Controller> {
  const { database, log, issuer, folder, keyring, metrics, onDeposed } = options;
  return new Controller({
    source: new FolderSource({ folder, log, remembered: await listRemembered(database) }),
    reconcilers: [
      oidcClientReconciler(issuer),
      groupReconciler,
      smtpConfigReconciler({ keyring, namespace: null }),
      ldapConfigReconciler({ keyring, namespace: null }),
    ] as Reconciler[],
    credentials: folderCredentials(folder),
    secrets: noSecrets,
    epoch: await raiseFence(database.em.fork()),
    database,
    metrics,
    onDeposed,
    log,
  });
}

async function listRemembered(database: Database): Promise<Resource[]> {
  const rows = await listResources(database.em.fork());
  return rows.map(({ kind, namespace, name, spec }) => ({
    kind,
    metadata: { namespace, name, uid: '', generation: 0 },
    spec,
  }));
}
