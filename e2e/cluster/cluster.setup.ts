import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureHelm } from '../../charts/permiso/tests/helm.ts';
import { buildImages } from './images.ts';
import { chooseTarget } from './target.ts';

declare module 'vitest' {
  interface ProvidedContext {
    kubeconfig: string;
    helm: string;
    restartApiServer: string | null;
  }
}

/** Chooses a cluster, says which, and brings the images there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-cluster-'));
  const target = await chooseTarget(process.env, folder);
  console.log(`e2e runs on ${target.name}`);
  if (!target.restartApiServer) {
    console.log('E2E_RESTART_API_SERVER is not set: what follows a restart of it is not looked at');
  }
  if (!process.env.E2E_KEEP_IMAGES) {
    await buildImages(target, folder);
  }
  project.provide('kubeconfig', target.kubeconfig);
  project.provide('helm', await ensureHelm(process.env));
  project.provide('restartApiServer', target.restartApiServer);
  return async () => {
    await target.remove();
    await rm(folder, { recursive: true, force: true });
  };
}
