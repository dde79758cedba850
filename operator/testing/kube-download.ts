import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { KUBE_PROGRAMS, KUBERNETES_VERSION } from './kube-programs.ts';

const run = promisify(execFile);

/** What `setup-envtest` reads: every release, with the SHA-512 of each archive. */
const INDEX =
  'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml';
const ANSWER_MS = 5_000;
const ARCHIVE_MS = 5 * 60_000;

/** The release index, as far as it is used. */
export interface ReleaseIndex {
  releases: Record<string, Record<string, Archive>>;
}

export interface Archive {
  hash: string;
  selfLink: string;
}

/** Downloads the envtest programs of our minor version into a folder `<version>` of the cache. */
export async function downloadPrograms(cache: string, indexUrl = INDEX): Promise<string> {
  const index: ReleaseIndex = parse((await download(indexUrl, ANSWER_MS)).toString());
  const { version, archive } = pickArchive(index, platform());
  const content = await download(archive.selfLink, ARCHIVE_MS);
  assertHash(content, archive.hash);

  const folder = join(cache, version);
  await mkdir(folder, { recursive: true });
  const half = await mkdtemp(join(cache, '.download-'));
  try {
    const file = join(half, 'envtest.tar.gz');
    await writeFile(file, content);
    await run('tar', ['-xzf', file, '-C', half]);
    // Where in the archive they lie has changed before.
    const unpacked = await readdir(half, { recursive: true });
    for (const program of KUBE_PROGRAMS) {
      const path = unpacked.find((name) => basename(name) === program) ?? program;
      await rename(join(half, path), join(folder, program));
    }
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return folder;
}

/** The newest patch of our minor version that exists for this platform, such as `linux-amd64`. */
export function pickArchive(
  { releases }: ReleaseIndex,
  platform: string,
): { version: string; archive: Archive } {
  const minor = KUBERNETES_VERSION.replace(/[.]\d+$/, '');
  const [newest] = Object.keys(releases)
    .map((tag) => tag.replace(/^v/, ''))
    .filter((version) => version.startsWith(`${minor}.`) && /^[\d.]+$/.test(version))
    .sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    .map((version) => ({ version, archive: archiveOf(releases, version, platform) }))
    .filter(({ archive }) => archive);
  if (!newest?.archive) {
    throw new Error(`envtest has no release of Kubernetes ${minor} for ${platform}`);
  }
  return { version: newest.version, archive: newest.archive };
}

function archiveOf(releases: ReleaseIndex['releases'], version: string, platform: string) {
  return releases[`v${version}`]?.[`envtest-v${version}-${platform}.tar.gz`];
}

function assertHash(content: Buffer, expected: string): void {
  const actual = createHash('sha512').update(content).digest('hex');
  if (actual !== expected) {
    throw new Error(`the download has the SHA-512 ${actual}, but ${expected} was published`);
  }
}

/** As the archives are named. */
export function platform(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `${process.platform}-${architecture}`;
}

/** Many machines have no way out, so a silent network is given up soon; a slow one may take its time. */
async function download(url: string, timeoutMs: number): Promise<Buffer> {
  const patience = new AbortController();
  const giveUp = setTimeout(() => patience.abort(new Error(`${url} is silent`)), ANSWER_MS);
  const signal = AbortSignal.any([patience.signal, AbortSignal.timeout(timeoutMs)]);
  const response = await fetch(url, { signal }).finally(() => clearTimeout(giveUp));
  if (!response.ok) {
    throw new Error(`${url} answers ${response.status}`);
  }
  return Buffer.from(await response.arrayBuffer());
}
