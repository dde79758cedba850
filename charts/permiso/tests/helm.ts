import { execFile, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION = '3.22.0';

/** The oldest server that Chart.yaml accepts; a Helm built from source thinks of a still older one. */
const KUBERNETES_VERSION = '1.31.0';

const CHART = join(import.meta.dirname, '..');

/** The variables that decide where Helm is looked for. */
export interface HelmEnvironment {
  PERMISO_HELM_CACHE?: string | undefined;
  PATH?: string | undefined;
}

/** Finds Helm on PATH or in the cache; otherwise builds it from source, which takes minutes, and keeps it there. */
export async function ensureHelm(environment: HelmEnvironment): Promise<string> {
  const cache = environment.PERMISO_HELM_CACHE ?? join(homedir(), '.cache/permiso/helm');
  const folders = [...(environment.PATH ?? '').split(delimiter), join(cache, VERSION)];
  for (const folder of folders.filter(Boolean)) {
    const path = join(folder, 'helm');
    if (await isThere(path)) {
      return path;
    }
  }
  return buildHelm(cache);
}

async function buildHelm(cache: string): Promise<string> {
  await mkdir(join(cache, VERSION), { recursive: true });
  const bin = await mkdtemp(join(cache, 'build-'));
  try {
    await run('go', ['install', '-trimpath', `helm.sh/helm/v3/cmd/helm@v${VERSION}`], {
      // biome-ignore lint/style/noProcessEnv: Go's own settings (proxy, certificates, caches) are the machine's
      env: { ...process.env, GOBIN: bin, CGO_ENABLED: '0' },
    });
    // Renamed as a whole, so that nobody runs half of it and two builders do not meet.
    await rename(join(bin, 'helm'), join(cache, VERSION, 'helm'));
  } catch (cause) {
    throw new Error(`the tests of the chart need Helm: put it on PATH, or Go to build it`, {
      cause,
    });
  } finally {
    await rm(bin, { recursive: true, force: true });
  }
  return join(cache, VERSION, 'helm');
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export type Values = Record<string, unknown>;

/** The chart as YAML, for a release "permiso" in the namespace "permiso". Throws what Helm says against the values. */
export function renderChart(helm: string, values: Values, options: string[] = []): Promise<string> {
  return runHelm(helm, ['template', 'permiso', CHART, '--namespace', 'permiso', ...options], {
    values,
  });
}

/** Throws when Helm finds a fault; a warning is one. */
export function lintChart(helm: string, values: Values): Promise<string> {
  return runHelm(helm, ['lint', '--strict', CHART], { values });
}

/** What Helm would publish, as a list of paths. */
export async function packChart(helm: string, folder: string): Promise<string[]> {
  const said = await run(helm, ['package', CHART, '--destination', folder]);
  const archive = said.stdout.split(': ').at(-1)?.trim() ?? '';
  const list = await run('tar', ['-tzf', archive]);
  return list.stdout.trim().split('\n');
}

async function runHelm(helm: string, args: string[], { values }: { values: Values }) {
  const child = spawn(helm, [...args, '--kube-version', KUBERNETES_VERSION, '--values', '-']);
  child.stdin.end(JSON.stringify(values));
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, output, complaint] = await Promise.all([
    exit,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) {
    throw new Error(`${complaint}${args[0] === 'lint' ? output : ''}`);
  }
  return output;
}
