import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ETCD_VERSION, KUBERNETES_VERSION, type KubeProgram } from './kube-programs.ts';

const run = promisify(execFile);

const OLDEST_GO_MINOR = 24;

interface GoProgram {
  module: string;
  version: string;
  package: string;
}

const KUBERNETES = { module: 'k8s.io/kubernetes', version: KUBERNETES_VERSION };
const SOURCES: Record<KubeProgram, GoProgram> = {
  'kube-apiserver': { ...KUBERNETES, package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  kubectl: { ...KUBERNETES, package: 'k8s.io/kubernetes/cmd/kubectl' },
  etcd: {
    module: 'go.etcd.io/etcd/server/v3',
    version: ETCD_VERSION,
    package: 'go.etcd.io/etcd/server/v3',
  },
};

/** Builds one program from the Go module proxy. It appears in the folder complete or not at all. */
export async function buildProgram(program: KubeProgram, folder: string): Promise<void> {
  const source = SOURCES[program];
  const work = await mkdtemp(join(tmpdir(), 'permiso-build-'));
  // Beside its destination, because a rename is atomic only within one file system.
  const half = join(folder, `.${program}.${process.pid}`);
  try {
    await writeFile(join(work, 'go.mod'), await moduleFile(source, work));
    await mkdir(folder, { recursive: true });
    const flags = ['-mod=mod', '-trimpath', '-ldflags', linkerFlags(source), '-o', half];
    await go(work, 'build', ...flags, source.package);
    await rename(half, join(folder, program));
  } finally {
    await rm(half, { force: true });
    await rm(work, { recursive: true, force: true });
  }
}

/** Fails with a sentence when there is no Go, or one that is too old to fetch the version it needs by itself. */
export async function assertGo(): Promise<void> {
  const { stdout } = await run('go', ['env', 'GOVERSION']).catch((cause) => {
    throw new Error('there is no go on the PATH', { cause });
  });
  const minor = Number(/^go1[.](\d+)/.exec(stdout)?.[1]);
  if (!(minor >= OLDEST_GO_MINOR)) {
    throw new Error(`${stdout.trim()} is older than go1.${OLDEST_GO_MINOR}`);
  }
}

/** A module that needs nothing but the program, with the replacements that its own module file asks for. */
async function moduleFile({ module, version }: GoProgram, work: string): Promise<string> {
  const { stdout } = await go(work, 'mod', 'download', '-json', `${module}@v${version}`);
  const original = await readFile(JSON.parse(stdout).GoMod, 'utf8');
  const language = /^go .*$/m.exec(original)?.[0] ?? `go 1.${OLDEST_GO_MINOR}`;
  // Kubernetes replaces its staging modules by folders of its own tree; published, 1.37.2 of them is v0.37.2.
  const staging = [...original.matchAll(/^\s*(\S+) => [.]\/staging\//gm)].map(
    ([, name]) => `replace ${name} => ${name} v${version.replace(/^1/, '0')}`,
  );
  return ['module build', language, `require ${module} v${version}`, ...staging, ''].join('\n');
}

/** Without them the API server and kubectl call themselves v0.0.0, to each other and in the audit log. */
function linkerFlags({ version }: GoProgram): string {
  const [major, minor] = version.split('.');
  const stamps = Object.entries({ gitVersion: `v${version}`, gitMajor: major, gitMinor: minor });
  const flags = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap(
    (module) => stamps.map(([name, value]) => `-X ${module}.${name}=${value}`),
  );
  return ['-s', '-w', ...flags].join(' ');
}

/** Others work on this machine too: `nice` lets them go first. */
function go(cwd: string, ...args: string[]) {
  return run('nice', ['-n', '15', 'go', ...args], { cwd, maxBuffer: 64 * 1024 * 1024 });
}
