import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Permiso } from '../permiso.ts';
import { type RunningProcess, runProgram } from '../process.ts';
import type { Certificate } from '../tls-front.ts';
import { fileOf, INSTALLATION_MS, readExample } from './relying-party.ts';

/** Starts kube-apiserver and etcd, which it finds or makes; a process of its own, as everything here is. */
const SERVE_API = resolve(import.meta.dirname, '../../operator/testing/serve-api.ts');

/** What it says of itself, as far as it matters here. */
interface Connection {
  url: string;
  caData: string;
  kubeconfigPath: string;
  binaries: { kubectl: string };
}

export interface KubeCluster {
  /** As the administrator of the cluster. */
  apply(file: string): Promise<void>;

  /** As somebody who must sign in first: the address to open is in a line that begins with "Open". */
  kubectl(...args: string[]): Promise<RunningProcess>;
  stop(): Promise<void>;
}

/** A cluster that knows its people from Permiso, by `kubernetes.authentication.yaml`. */
export async function startKubeCluster(
  permiso: Permiso,
  certificate: Certificate,
): Promise<KubeCluster> {
  const configuration = await writeConfiguration(permiso, certificate);
  const server = runProgram(
    process.execPath,
    [SERVE_API, '--flag', `authentication-config=${configuration}`],
    // The machine's own settings (proxies, certificates, caches), should there be something to build.
    process.env as Record<string, string>,
  );
  const line = await server.line('"kubeconfigPath"', INSTALLATION_MS);
  const connection: Connection = JSON.parse(line);
  const kubectl = (kubeconfig: string, args: string[]) =>
    runProgram(connection.binaries.kubectl, ['--kubeconfig', kubeconfig, ...args], {
      HOME: permiso.folder,
    });

  return {
    async apply(file) {
      const applied = kubectl(connection.kubeconfigPath, ['apply', '-f', fileOf(file)]);
      await applied.gone;
      if (applied.child.exitCode !== 0) {
        throw new Error(applied.output());
      }
    },
    async kubectl(...args) {
      const kubeconfig = join(permiso.folder, 'kubeconfig.json');
      await writeFile(kubeconfig, kubeconfigFor(connection, permiso, certificate));
      return kubectl(kubeconfig, args);
    },
    stop: () => server.end('SIGTERM'),
  };
}

async function writeConfiguration(permiso: Permiso, { pem }: Certificate): Promise<string> {
  const text = await readExample('kubernetes.authentication.yaml', { permiso: permiso.url });
  const configuration = parse(text);
  configuration.jwt[0].issuer.certificateAuthority = pem;
  const path = join(permiso.folder, 'authentication.yaml');
  await writeFile(path, stringify(configuration));
  return path;
}

/** What a person has: the address of the cluster, and the program that gets a token. */
function kubeconfigFor(
  { url, caData }: Connection,
  permiso: Permiso,
  { certificatePath }: Certificate,
): string {
  const env = {
    ISSUER: permiso.url,
    CLIENT_ID: 'kubernetes',
    NODE_EXTRA_CA_CERTS: certificatePath,
  };
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: [fileOf('kubectl-login.ts')],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    interactiveMode: 'IfAvailable',
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'person' } }],
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': caData } }],
    users: [{ name: 'person', user: { exec } }],
  });
}
