import { type Database, type Keyring, type Logger, listResources, raiseFence } from '#core';
import { createReconcilers } from '../reconcilers.ts';
import { Controller } from '../runtime/controller.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Resource } from '../runtime/resource.ts';
import type { Tenancy } from '../tenancy/tenancy.rules.ts';
import { folderCredentials, noSecrets } from './folder.credentials.ts';
import { FolderSource } from './folder.source.ts';

export interface FolderOperatorOptions {
  database: Database;
  log: Logger;
  issuer: string;
  folder: string;
  keyring: Keyring;
  tenancy: Tenancy | null;
  metrics: Metrics;
  onDeposed(): void;
}

/** The operator without Kubernetes: the same schema and reconcilers over a folder of YAML. */
export async function createFolderOperator(options: FolderOperatorOptions): Promise<Controller> {
  const { database, log, issuer, folder, keyring, tenancy, metrics, onDeposed } = options;
  return new Controller({
    source: new FolderSource({ folder, log, remembered: await listRemembered(database) }),
    reconcilers: createReconcilers({
      issuer,
      keyring,
      namespace: null,
      tenancy,
      clusterIssuer: null,
    }),
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
