import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { stringify } from 'yaml';
import { withFileLock } from '#core/testing/file-lock';
import { ensureKubeBinaries } from './kube-binaries.ts';
import { downloadPrograms, pickArchive, platform } from './kube-download.ts';
import { KUBE_PROGRAMS } from './kube-programs.ts';

const test = base.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'permiso-binaries-'));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

describe('the programs of a cluster', () => {
  test('come from KUBEBUILDER_ASSETS before the cache', async ({ folder }) => {
    await makePrograms(join(folder, 'assets'), KUBE_PROGRAMS);
    await makePrograms(join(folder, 'cache/1.37.2'), KUBE_PROGRAMS);

    const found = await ensureKubeBinaries({
      KUBEBUILDER_ASSETS: join(folder, 'assets'),
      PERMISO_KUBE_CACHE: join(folder, 'cache'),
    });

    expect(Object.values(found)).toEqual(
      KUBE_PROGRAMS.map((program) => join(folder, 'assets', program)),
    );
  });

  test('come from the newest version in the cache', async ({ folder }) => {
    await makePrograms(join(folder, '1.37.2'), ['kube-apiserver', 'kubectl']);
    await makePrograms(join(folder, '1.37.10'), ['kube-apiserver', 'etcd']);
    await makePrograms(join(folder, '1.36.11'), KUBE_PROGRAMS);

    expect(await ensureKubeBinaries({ PERMISO_KUBE_CACHE: folder })).toEqual({
      'kube-apiserver': join(folder, '1.37.10/kube-apiserver'),
      etcd: join(folder, '1.37.10/etcd'),
      kubectl: join(folder, '1.37.2/kubectl'),
    });
  });

  test('include the kubectl of the machine when it is of a neighbouring version', async ({
    folder,
  }) => {
    await makePrograms(join(folder, 'cache/1.37.2'), ['kube-apiserver', 'etcd']);
    await makePrograms(join(folder, 'old'), ['kubectl'], kubectlOf('32'));
    await makePrograms(join(folder, 'bin'), ['kubectl'], kubectlOf('36+'));
    const environment = { PERMISO_KUBE_CACHE: join(folder, 'cache') };

    const { kubectl } = await ensureKubeBinaries({
      ...environment,
      PATH: `/nowhere:${join(folder, 'old')}:${join(folder, 'bin')}`,
    });

    expect(kubectl).toBe(join(folder, 'bin/kubectl'));
  });
});

describe('the envtest download', () => {
  const index = {
    releases: {
      'v1.38.0': { 'envtest-v1.38.0-linux-arm64.tar.gz': archive('1.38.0') },
      'v1.37.9': { 'envtest-v1.37.9-linux-arm64.tar.gz': archive('1.37.9') },
      'v1.37.10': { 'envtest-v1.37.10-linux-arm64.tar.gz': archive('1.37.10') },
      'v1.37.11': { 'envtest-v1.37.11-linux-amd64.tar.gz': archive('1.37.11') },
      'v1.37.12-rc.0': { 'envtest-v1.37.12-rc.0-linux-arm64.tar.gz': archive('1.37.12-rc.0') },
    },
  };

  test('is the newest release of our minor version for the platform', () => {
    expect(pickArchive(index, 'linux-arm64')).toEqual({
      version: '1.37.10',
      archive: archive('1.37.10'),
    });
  });

  test('says when there is none for the platform', () => {
    expect(() => pickArchive(index, 'plan9-mips')).toThrow(
      'envtest has no release of Kubernetes 1.37 for plan9-mips',
    );
  });
});

describe('downloading', () => {
  test('leaves the three programs in a folder of their version', async ({ folder }) => {
    const inside = join(folder, 'controller-tools/envtest');
    await makePrograms(inside, KUBE_PROGRAMS, 'echo downloaded');
    execFileSync('tar', ['-czf', join(folder, 'envtest.tar.gz'), '-C', folder, 'controller-tools']);
    const content = await readFile(join(folder, 'envtest.tar.gz'));
    await using site = await publish(content, createHash('sha512').update(content).digest('hex'));
    const cache = join(folder, 'cache');

    const place = await downloadPrograms(cache, `${site.url}/index.yaml`);

    expect(place).toBe(join(cache, '1.37.1'));
    expect(await readdir(cache)).toEqual(['1.37.1']);
    expect(execFileSync(join(place, 'kubectl')).toString()).toBe('downloaded\n');
  });

  test('leaves nothing of an archive with another hash', async ({ folder }) => {
    await using site = await publish(Buffer.from('not what was published'), 'ab'.repeat(64));

    const attempt = downloadPrograms(folder, `${site.url}/index.yaml`);

    await expect(attempt).rejects.toThrow('was published');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a file lock', () => {
  test('lets one work at a time', async ({ folder }) => {
    let working = 0;
    const work = async () => {
      working += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return working--;
    };

    const seen = await Promise.all([1, 2, 3].map(() => withFileLock(join(folder, 'lock'), work)));

    expect(seen).toEqual([1, 1, 1]);
  });

  test('is taken from a holder that shows no life', async ({ folder }) => {
    const lock = join(folder, 'lock');
    const longAgo = new Date(Date.now() - 60_000);
    await writeFile(lock, '1\n');
    await utimes(lock, longAgo, longAgo);

    expect(await withFileLock(lock, async () => 'done')).toBe('done');
  });
});

async function makePrograms(folder: string, names: readonly string[], script = ''): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
}

function kubectlOf(minor: string): string {
  return `echo '{"clientVersion":{"major":"1","minor":"${minor}"}}'`;
}

/** A site of releases with one archive on it. */
async function publish(content: Buffer, hash: string) {
  const server = createServer(({ url }, response) => {
    response.end(url === '/index.yaml' ? stringify(index) : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address?.port}`;
  const name = `envtest-v1.37.1-${platform()}.tar.gz`;
  const index = { releases: { 'v1.37.1': { [name]: { hash, selfLink: `${url}/${name}` } } } };
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function archive(version: string) {
  return { hash: '00', selfLink: `https://example.com/${version}.tar.gz` };
}
