import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isInstalled, run, runCommand } from './command.ts';

const KIND_CLUSTER = 'permiso-e2e';

/** The cluster that the tests run on, and how images come into being and there. */
export interface Target {
  /** For people: which was chosen, and why. */
  name: string;
  kubeconfig: string;

  /** What restarts its API server; null where nobody said how. */
  restartApiServer: string | null;

  build(reference: string, ...args: string[]): Promise<void>;
  load(reference: string): Promise<void>;
  remove(): Promise<void>;
}

/** The variables that decide; see README.md. */
export interface TargetEnvironment {
  KUBECONFIG?: string | undefined;
  E2E_BUILD?: string | undefined;
  E2E_LOAD?: string | undefined;
  E2E_RESTART_API_SERVER?: string | undefined;
}

/** The cluster of KUBECONFIG, else one that kind makes in Docker, else a sentence that says what is missing. */
export async function chooseTarget(
  environment: TargetEnvironment,
  folder: string,
): Promise<Target> {
  const { KUBECONFIG, E2E_LOAD, E2E_RESTART_API_SERVER = '' } = environment;
  const build = await findBuilder(environment);
  if (KUBECONFIG) {
    if (!E2E_LOAD) {
      throw new Error(
        'E2E_LOAD: say by which command the nodes of this cluster get an image, such as "k3d image import" or "docker push"; the name of the image follows it',
      );
    }
    return {
      name: `the cluster of KUBECONFIG=${KUBECONFIG}`,
      kubeconfig: KUBECONFIG,
      restartApiServer: E2E_RESTART_API_SERVER || null,
      build,
      load: async (reference) => void (await runCommand(E2E_LOAD, reference)),
      remove: async () => {},
    };
  }
  return startKind(build, folder);
}

async function startKind(build: Target['build'], folder: string): Promise<Target> {
  const missing = [];
  for (const program of ['docker', 'kind']) {
    if (!(await isInstalled(program))) {
      missing.push(program);
    }
  }
  if (missing.length > 0) {
    throw new Error(
      `the tests need a cluster: set KUBECONFIG (and E2E_LOAD), or install ${missing.join(' and ')}`,
    );
  }
  const cluster = ['--name', KIND_CLUSTER];
  const remove = async () => void (await run('kind', ['delete', 'cluster', ...cluster]));
  await remove();
  await run('kind', ['create', 'cluster', '--wait', '180s', ...cluster]);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, await run('kind', ['get', 'kubeconfig', ...cluster]), {
    mode: 0o600,
  });
  const load = async (reference: string) =>
    void (await run('kind', ['load', 'docker-image', ...cluster, reference]));
  return {
    name: `a cluster that kind made in Docker (KUBECONFIG is not set)`,
    kubeconfig,
    restartApiServer: `docker exec ${KIND_CLUSTER}-control-plane pkill kube-apiserver`,
    build,
    load,
    remove,
  };
}

async function findBuilder({ E2E_BUILD }: TargetEnvironment): Promise<Target['build']> {
  const command =
    E2E_BUILD ??
    ((await isInstalled('docker'))
      ? 'docker build'
      : (await isInstalled('buildah')) && 'buildah build');
  if (!command) {
    throw new Error(
      'the tests need docker or buildah, or in E2E_BUILD a command that builds images',
    );
  }
  return async (reference, ...args) =>
    void (await runCommand(command, '--tag', reference, ...args));
}
