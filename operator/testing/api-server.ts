import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { findFreePort } from '#core/testing/free-port';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { KubeClient, type KubeConnection } from './kube-client.ts';
import type { KubeBinaries } from './kube-programs.ts';

/** Everything a test needs of a running API server; plain data, so that it travels to the test workers. */
export interface ApiServerConnection extends KubeConnection {
  /** For programs that read KUBECONFIG. */
  kubeconfigPath: string;

  /** One JSON object a line for each write. */
  auditLogPath: string;
  binaries: KubeBinaries;
}

/** A real kube-apiserver with an etcd of its own. */
export interface ApiServer {
  connection: ApiServerConnection;

  /** Ends the server as an upgrade of a cluster does (SIGTERM), or as a crash does (SIGKILL); its data stays. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;

  /** Starts it again on the same port with the same data, and resolves when it is ready. */
  start(): Promise<void>;

  /** Makes it hold its breath: connections stay open and nothing is answered. */
  freeze(): void;
  thaw(): void;

  /** Ends both programs and removes their data. Safe to repeat. */
  close(): Promise<void>;
}

const READY_MS = 90_000;

// What is counted is finished writes; reads and the announcement of a request are noise.
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    { level: 'None' },
  ],
};

interface Place {
  folder: string;
  port: number;
  etcdUrl: string;
  flags: Record<string, string>;
}

/** Starts an API server of the caller's own, on free ports of the loopback address; flags are added to ours. */
export async function startApiServer(
  binaries: KubeBinaries,
  flags: Record<string, string> = {},
): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-kube-'));
  const etcdUrl = `http://127.0.0.1:${await findFreePort()}`;
  const place = { folder, etcdUrl, flags, port: await findFreePort() };
  const token = randomBytes(16).toString('hex');
  await writeSettings(place, token);

  const etcd = await startEtcd(binaries, place);
  let server: GuardedProcess | undefined;
  const close = async () => {
    await server?.end('SIGKILL');
    await etcd.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    server = await startServer(binaries, place, token);
    const connection = { ...(await connectionTo(place, token)), binaries };
    await writeFile(connection.kubeconfigPath, kubeconfig(connection));
    return {
      connection,
      close,
      stop: async (signal = 'SIGTERM') => server?.end(signal),
      start: async () => {
        server = await startServer(binaries, place, token);
      },
      freeze: () => server?.signal('SIGSTOP'),
      thaw: () => server?.signal('SIGCONT'),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function writeSettings({ folder }: Place, token: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyFile = privateKey.export({ type: 'sec1', format: 'pem' });
  const secret = { mode: 0o600 };
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, secret);
  await writeFile(join(folder, 'service-accounts.pem'), keyFile, secret);
  await writeFile(join(folder, 'audit-policy.yaml'), stringify(AUDIT_POLICY));
}

function startEtcd({ etcd }: KubeBinaries, { folder, etcdUrl }: Place): Promise<GuardedProcess> {
  const flags = {
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': etcdUrl,
    'advertise-client-urls': etcdUrl,
    // There is no other member to talk to.
    'listen-peer-urls': 'http://127.0.0.1:0',
    // The data is thrown away, so nothing of it has to survive a power cut.
    'unsafe-no-fsync': 'true',
    'log-level': 'error',
  };
  return startGuarded(etcd, toArguments(flags), join(folder, 'etcd.log'));
}

async function startServer(
  binaries: KubeBinaries,
  place: Place,
  token: string,
): Promise<GuardedProcess> {
  const log = join(place.folder, 'kube-apiserver.log');
  const args = toArguments(serverFlags(place));
  const server = await startGuarded(binaries['kube-apiserver'], args, log);
  try {
    await waitUntilReady(server, place, token);
    return server;
  } catch (cause) {
    await server.end('SIGKILL');
    const lastLines = (await readFile(log, 'utf8')).trim().split('\n').slice(-10).join('\n');
    throw new Error(`the API server does not get ready:\n${lastLines}`, { cause });
  }
}

function serverFlags({ folder, port, etcdUrl, flags }: Place): Record<string, string> {
  const serviceAccountKey = join(folder, 'service-accounts.pem');
  return {
    'etcd-servers': etcdUrl,
    'cert-dir': join(folder, 'certificates'),
    'bind-address': '127.0.0.1',
    'secure-port': `${port}`,
    'service-cluster-ip-range': '10.0.0.0/24',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': serviceAccountKey,
    'service-account-signing-key-file': serviceAccountKey,
    'authorization-mode': 'RBAC',
    'token-auth-file': join(folder, 'tokens.csv'),
    'audit-policy-file': join(folder, 'audit-policy.yaml'),
    'audit-log-path': auditLogOf(folder),
    // Otherwise a server that is told to stop keeps its watches open, silent, for up to a minute.
    'shutdown-watch-termination-grace-period': '1s',
    profiling: 'false',
    ...flags,
  };
}

function toArguments(flags: Record<string, string>): string[] {
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

async function waitUntilReady(server: GuardedProcess, place: Place, token: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const failure = await connectionTo(place, token)
      .then(askReady)
      .catch((error) => error);
    if (!failure) {
      return;
    }
    if (!server.isRunning() || performance.now() > deadline) {
      throw failure;
    }
    await sleep(50);
  }
}

async function askReady(connection: KubeConnection): Promise<void> {
  const client = new KubeClient(connection);
  try {
    await client.send({ method: 'GET', path: '/readyz' });
  } finally {
    client.close();
  }
}

/** Fails until the server has made its certificate. */
async function connectionTo({ folder, port }: Place, token: string) {
  const certificate = await readFile(join(folder, 'certificates/apiserver.crt'));
  return {
    url: `https://127.0.0.1:${port}`,
    caData: certificate.toString('base64'),
    token,
    kubeconfigPath: join(folder, 'kubeconfig.yaml'),
    auditLogPath: auditLogOf(folder),
  };
}

function auditLogOf(folder: string): string {
  return join(folder, 'audit.log');
}

function kubeconfig({ url, caData, token }: KubeConnection): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': caData } }],
    users: [{ name: 'admin', user: { token } }],
  });
}
