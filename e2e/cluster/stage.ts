import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { createCertificate } from '../tls-front.ts';
import { filesOf } from './files.ts';
import { IMAGE } from './images.ts';
import { apply, configMap, helm, kubectl, readManifest, shell } from './kubectl.ts';

const E2E = resolve(import.meta.dirname, '..');
const CHART = resolve(E2E, '../charts/permiso');
export const CRDS = ['oidcclients', 'groups', 'smtpconfigs', 'ldapconfigs'].map(
  (k) => `${k}.permisolabs.eu`,
);

export const NAMESPACE = 'permiso-e2e';
export const HOST = 'id.permiso.test';
export const APP_URL = `https://${HOST}`;
export const APPLICATION_PORT = 18_300;
export const APPLICATION_URL = `http://localhost:${APPLICATION_PORT}`;

/** One for all that a test file does: browsers know it. */
export const certificate = makeCertificate();

async function makeCertificate() {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-stage-'));
  const made = createCertificate(folder, HOST);
  const key = await readFile(made.keyPath, 'utf8');
  await rm(folder, { recursive: true });
  return { ...made, key };
}

/** What the chart is told, wherever it is installed. */
const VALUES = {
  appUrl: APP_URL,
  trustProxy: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  database: { existingSecret: { name: 'postgres' } },
  operator: {
    database: {
      role: 'permiso_operator',
      existingSecret: { name: 'postgres', key: 'operator-url' },
    },
  },
  networkPolicy: { enabled: true },
};

/** An empty namespace that enforces the Pod Security standard "restricted", with PostgreSQL and what stands in front. */
export async function prepareNamespace(): Promise<void> {
  await clear();
  const enforce = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const metadata = { name: NAMESPACE, labels: enforce };
  await apply('default', { apiVersion: 'v1', kind: 'Namespace', metadata });
  const { pem, key } = await certificate;
  await apply(NAMESPACE, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'front' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': pem, 'tls.key': key },
  });
  const { E2E_POSTGRES_IMAGE: postgresImage = 'docker.io/library/postgres:17' } = process.env;
  await apply(NAMESPACE, await readManifest('postgres', { postgresImage }));
  await apply(
    NAMESPACE,
    configMap('front', await filesOf(E2E, ['cluster/front.ts', 'tls-server.ts'])),
  );
  await apply(NAMESPACE, await readManifest('front', { image: IMAGE }));
  await kubectl('rollout', 'status', '-n', NAMESPACE, 'statefulset/postgres', '--timeout=180s');
}

/** The release, with two pods of each program, as the README says. */
export async function install(values: object = {}): Promise<void> {
  await deploy('install', { ...VALUES, ...values }, IMAGE);
}

export async function upgrade(image: string, values: object = {}): Promise<void> {
  await deploy('upgrade', { ...VALUES, ...values }, image);
}

async function deploy(verb: string, values: object, image: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-values-'));
  const file = join(folder, 'values.json');
  const [repository, tag] = image.split(':');
  await writeFile(file, JSON.stringify({ ...values, image: { repository, tag } }));
  try {
    await helm(verb, 'permiso', CHART, '-n', NAMESPACE, '-f', file, '--wait', '--timeout', '5m');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Lets nothing of an earlier run stand in the way, whatever state it was left in. */
async function clear(): Promise<void> {
  await helm('uninstall', 'permiso', '-n', NAMESPACE, '--ignore-not-found', '--wait');
  await letGo();
  await kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=180s');
  await kubectl('delete', 'crd', ...CRDS, '--ignore-not-found', '--timeout=60s');
}

/** The way out of the README for resources whose operator does not come back. */
export async function letGo(): Promise<void> {
  const readme = await readFile(join(CHART, 'README.md'), 'utf8');
  const script = /let go of the finalizer:\s+```sh\n([\s\S]*?)```/.exec(readme)?.[1];
  if (!script) {
    throw new Error('the README of the chart no longer says how to let go of finalizers');
  }
  await shell(`kubectl get crd ${CRDS.join(' ')} >/dev/null 2>&1 || exit 0\n${script}`);
}

/** A release, whatever a test before left: for tests that do not ask how it came there. */
export async function ensureInstalled(): Promise<void> {
  const { length } = await helm('list', '-n', NAMESPACE, '-q', '--deployed');
  if (length === 0) {
    await prepareNamespace();
    await install();
  } else {
    await upgrade(IMAGE);
  }
}

/** Has the application run in a pod, with what the operator left for it. */
export async function startApplication(): Promise<void> {
  const bundle = await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: join(E2E, 'application/main.ts'), write: false, target: 'node24' },
    ssr: { noExternal: true },
  });
  const code = [bundle].flat().flatMap((made) => ('output' in made ? made.output : []))[0];
  const text = code && 'code' in code ? code.code : '';
  await apply(NAMESPACE, configMap('wiki', { 'application.mjs': text }));
  const frontAddress = await kubectl(
    ...['get', 'service', 'front', '-n', NAMESPACE, '-o', 'jsonpath={.spec.clusterIP}'],
  );
  const places = { image: IMAGE, host: HOST, applicationUrl: APPLICATION_URL, frontAddress };
  await apply(NAMESPACE, await readManifest('application', places));
  await kubectl('rollout', 'status', '-n', NAMESPACE, 'deployment/wiki', '--timeout=120s');
}
