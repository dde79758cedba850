import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '#core/testing/file-lock';
import { assertGo, buildProgram } from './kube-build.ts';
import { downloadPrograms } from './kube-download.ts';
import {
  KUBE_PROGRAMS,
  KUBERNETES_VERSION,
  type KubeBinaries,
  type KubeProgram,
} from './kube-programs.ts';

const run = promisify(execFile);

const MINOR = Number(KUBERNETES_VERSION.split('.')[1]);

/** The variables that decide where the programs are looked for. */
export interface KubeEnvironment {
  KUBEBUILDER_ASSETS?: string | undefined;
  PERMISO_KUBE_CACHE?: string | undefined;
  PATH?: string | undefined;
}

/**
 * Finds kube-apiserver, etcd and kubectl: in KUBEBUILDER_ASSETS, in the cache, as a download, or built from source.
 * What was downloaded or built stays in the cache.
 */
export async function ensureKubeBinaries(environment: KubeEnvironment): Promise<KubeBinaries> {
  const cache = environment.PERMISO_KUBE_CACHE ?? join(homedir(), '.cache/permiso/kube');
  const find = () => findPrograms(environment, cache);
  const found = await find();
  if (isComplete(found)) {
    return found;
  }
  await mkdir(cache, { recursive: true });
  return withFileLock(join(cache, 'lock'), async () => {
    // Whoever held the lock before may have done the work.
    const failures = isComplete(await find()) ? [] : await fetchPrograms(cache, find);
    const complete = await find();
    if (!isComplete(complete)) {
      throw new Error(missing(complete, failures));
    }
    return complete;
  });
}

type Found = Partial<KubeBinaries>;

function isComplete(found: Found): found is KubeBinaries {
  return absentFrom(found).length === 0;
}

function absentFrom(found: Found): KubeProgram[] {
  return KUBE_PROGRAMS.filter((program) => !found[program]);
}

async function findPrograms(environment: KubeEnvironment, cache: string): Promise<Found> {
  const assets = environment.KUBEBUILDER_ASSETS;
  const folders = [...(assets ? [assets] : []), ...(await cachedVersions(cache))];
  const found: Found = {};
  for (const program of KUBE_PROGRAMS) {
    const path = folders.map((folder) => join(folder, program)).find(isExecutable);
    if (path) {
      found[program] = path;
    }
  }
  const kubectl = found.kubectl ?? (await findKubectl(environment.PATH ?? ''));
  return kubectl ? { ...found, kubectl } : found;
}

async function cachedVersions(cache: string): Promise<string[]> {
  const names = await readdir(cache).catch(() => []);
  return names
    .filter((name) => name.startsWith(`1.${MINOR}.`))
    .sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    .map((name) => join(cache, name));
}

/** The machine's own kubectl, if it is one that Kubernetes calls compatible: its wording differs between versions. */
async function findKubectl(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const kubectl = join(folder, 'kubectl');
    if (isExecutable(kubectl) && Math.abs((await minorOf(kubectl)) - MINOR) <= 1) {
      return kubectl;
    }
  }
  return undefined;
}

/** NaN when it does not say. */
async function minorOf(kubectl: string): Promise<number> {
  const { stdout } = await run(kubectl, ['version', '--client', '-o', 'json']).catch(() => ({
    stdout: '',
  }));
  // Vendors write "36+".
  return Number(/"minor": ?"(\d+)/.exec(stdout)?.[1]);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Tries each way in turn and returns why those that failed did. */
async function fetchPrograms(cache: string, find: () => Promise<Found>): Promise<string[]> {
  try {
    await downloadPrograms(cache);
    return [];
  } catch (error) {
    const failures = [`download: ${reasonOf(error)}`];
    return [...failures, ...(await buildPrograms(absentFrom(await find()), cache))];
  }
}

async function buildPrograms(programs: KubeProgram[], cache: string): Promise<string[]> {
  const folder = join(cache, KUBERNETES_VERSION);
  try {
    await assertGo();
    process.stderr.write(
      `Building ${programs.join(', ')} from source into ${folder}; this takes about ten minutes, once.\n`,
    );
    for (const program of programs) {
      await buildProgram(program, folder);
    }
    return [];
  } catch (error) {
    return [`build: ${reasonOf(error)}`];
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function missing(found: Found, failures: string[]): string {
  const absent = absentFrom(found).join(', ');
  return (
    `these tests need a real Kubernetes API server, but ${absent} could not be found, downloaded or built: install ` +
    `Go 1.24 or newer, or set KUBEBUILDER_ASSETS to a folder with ${KUBE_PROGRAMS.join(', ')} ` +
    `of Kubernetes 1.${MINOR} (${failures.join('; ')})`
  );
}
