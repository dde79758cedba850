import type { TestProject } from 'vitest/node';
import { type ApiServerConnection, startApiServer } from './api-server.ts';
import { Cluster } from './cluster.ts';
import { installCrds } from './crds.ts';
import { ensureKubeBinaries } from './kube-binaries.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real API server that knows our kinds; each test has a namespace of its own in it. */
    cluster: ApiServerConnection;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startApiServer(await ensureKubeBinaries(process.env));
  const cluster = new Cluster(server.connection);
  try {
    await installCrds(cluster);
  } catch (error) {
    await server.close();
    throw error;
  } finally {
    cluster.client.close();
  }
  project.provide('cluster', server.connection);

  return server.close;
}
