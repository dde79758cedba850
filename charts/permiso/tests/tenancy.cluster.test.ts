import { expect, inject } from 'vitest';
import { readConfig, tenancyOf } from '../../../operator/config.ts';
import type { Cluster } from '../../../operator/testing/cluster.ts';
import { eventually } from '../../../operator/testing/eventually.ts';
import { collectionPath } from '../../../operator/testing/kinds.ts';
import { KubeError } from '../../../operator/testing/kube-client.ts';
import type { KubeManifest, KubeObject } from '../../../operator/testing/kube-objects.ts';
import { startOperator } from '../../../operator/testing/operator.ts';
import { test } from '../../../operator/testing/test.ts';
import { renderChart } from './helm.ts';
import { environmentOf, type Manifest, parseManifests } from './manifests.ts';
import { VARIANTS } from './variants.ts';

const NAMESPACES = ['permiso', 'team-a', 'team-b', 'team-c'];

const at = (...callbackURLs: string[]) => ({ callbackURLs });

/** Each is wished for in every namespace. */
const CLIENTS: Record<string, object> = {
  plain: {},
  'in-another-case': at('https://X.Apps.Example.com:8443/cb'),
  'at-a-named-host': at('https://grafana.example.com/cb'),
  'on-this-machine': at('http://localhost:3000/cb'),
  'at-an-address': at('http://[::1]:3000/cb'),
  'ending-alike': at('https://evilapps.example.com/'),
  'parent-of-a-wildcard': at('https://apps.example.com/'),
  'host-in-the-query': at('https://evil.com/?.apps.example.com'),
  'host-in-the-path': at('https://evil.com/@x.apps.example.com'),
  'dot-at-the-end': at('https://x.apps.example.com./'),
  'empty-label': at('https://.apps.example.com/'),
  'another-name-of-an-address': at('https://127.1/'),
  'second-callback': at('https://x.apps.example.com/cb', 'https://evil.com/'),
  'after-sign-out': { logoutCallbackURLs: ['https://evil.com/'] },
  'on-the-dashboard': { launchURL: 'https://evil.com/' },
  'behind-the-scenes': { backchannelLogoutURL: 'https://evil.com/' },
  'logo-from-anywhere': { logoURL: 'https://evil.com/logo.png' },
  public: { type: 'Public' },
  'app-on-a-device': at('com.example.app:/cb'),
  'public-app': { type: 'Public', ...at('com.example.app:/cb') },
  'public-at-a-strange-host': { type: 'Public', ...at('https://evil.com/') },
  'sign-out-into-an-app': { logoutCallbackURLs: ['com.example.app:/bye'] },
  'skips-consent': { skipConsent: true },
  'adopts-if-alike': { adoption: 'IfMatch' },
  adopts: { adoption: 'Overwrite' },
  'everything-at-once': {
    type: 'Public',
    skipConsent: true,
    adoption: 'Overwrite',
    ...at('https://evil.com/', 'com.example.app:/cb'),
  },
};

const GROUPS: Record<string, object> = { plain: {}, adopts: { adoption: 'Overwrite' } };

interface Wish {
  namespace: string;
  manifest: KubeManifest;
}

const WISHES: Wish[] = NAMESPACES.flatMap((namespace) => [
  ...Object.entries(CLIENTS).map(([name, spec]) => ({
    namespace,
    manifest: manifestOf('OIDCClient', name, { ...at('https://x.apps.example.com/cb'), ...spec }),
  })),
  // Each namespace chooses another, or they would be in each other's way.
  ...['chosen', 'default'].map((name) => ({
    namespace,
    manifest: manifestOf('OIDCClient', `${name}-id`, {
      ...at('https://x.apps.example.com/cb'),
      clientID: name === 'default' ? `${namespace}.default-id` : `chosen-by-${namespace}`,
    }),
  })),
  ...Object.entries(GROUPS).map(([name, spec]) => ({
    namespace,
    manifest: manifestOf('Group', name, { groupName: `${name}-of-${namespace}`, ...spec }),
  })),
]);

function manifestOf(kind: string, name: string, spec: object): KubeManifest {
  return { apiVersion: 'permisolabs.eu/v1alpha1', kind, metadata: { name }, spec };
}

/** What is wished → the sentence that refuses it, or null. */
type Verdicts = Record<string, string | null>;

function nameOf({ namespace, manifest: { kind, metadata } }: Wish): string {
  return `${kind} ${namespace}/${metadata.name}`;
}

/** An operator with the rules of the chart, in a cluster without its policy. */
async function askOperator(
  cluster: Cluster,
  rendered: Manifest[],
  means: Pick<Parameters<typeof startOperator>[0], 'database' | 'databaseUrl'>,
): Promise<Verdicts> {
  const { TENANCY_RULES = '' } = environmentOf(rendered, 'permiso-operator');
  const config = readConfig({
    APP_URL: 'https://id.example.com',
    ENCRYPTION_KEY: 'a key for tests only',
    DB_CONNECTION_STRING: means.databaseUrl,
    POD_NAMESPACE: 'permiso',
    TENANCY_RULES,
  });
  const tenancy = tenancyOf(config);
  const operator = await startOperator({ ...means, cluster, namespaces: NAMESPACES, tenancy });
  const verdicts: Verdicts = {};
  for (const wish of WISHES) {
    await cluster.in(wish.namespace).apply(wish.manifest);
  }
  for (const wish of WISHES) {
    const { kind, metadata } = wish.manifest;
    const object = await cluster.in(wish.namespace).waitFor(kind, metadata.name, hasVerdict);
    const ready = object.status?.conditions?.find(({ type }) => type === 'Ready');
    verdicts[nameOf(wish)] = ready?.status === 'True' ? null : (ready?.message ?? '');
  }
  for (const { namespace, manifest } of WISHES) {
    await cluster.in(namespace).delete(manifest.kind, manifest.metadata.name);
  }
  for (const { namespace, manifest } of WISHES) {
    await cluster.in(namespace).waitUntilGone(manifest.kind, manifest.metadata.name);
  }
  await operator.stop();
  return verdicts;
}

function hasVerdict({ status }: KubeObject): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready !== undefined && ready.status !== 'Unknown';
}

const PROBES = [
  manifestOf('OIDCClient', 'probe', at('https://nobody.may/')),
  manifestOf('Group', 'probe', {}),
];

/** The API server with the chart's policy. */
async function askPolicy(cluster: Cluster, policies: Manifest[]): Promise<Verdicts> {
  for (const manifest of policies) {
    await cluster.apply(manifest as unknown as KubeManifest);
  }
  // It is in force a moment after it was written, for each of the two kinds by itself.
  const probe = () => Promise.all(PROBES.map((manifest) => ask(cluster.in('team-c'), manifest)));
  await eventually(async () => expect(await probe()).not.toContain(null));
  const verdicts: Verdicts = {};
  for (const wish of WISHES) {
    verdicts[nameOf(wish)] = await ask(cluster.in(wish.namespace), wish.manifest);
  }
  for (const { kind, metadata } of policies) {
    await cluster.delete(kind, metadata.name);
  }
  await eventually(async () => expect(await probe()).toEqual([null, null]));
  return verdicts;
}

/** What a first apply would be answered; nothing is kept. */
async function ask(cluster: Cluster, manifest: KubeManifest): Promise<string | null> {
  try {
    await cluster.client.send({
      method: 'POST',
      path: collectionPath(manifest.kind, cluster.namespace),
      query: { dryRun: 'All' },
      body: { ...manifest, metadata: { ...manifest.metadata, namespace: cluster.namespace } },
    });
    return null;
  } catch (error) {
    if (error instanceof KubeError && error.code === 403) {
      return error.message.split('denied request: ')[1] ?? error.message;
    }
    throw error;
  }
}

/** A word of each sentence. */
const LAWS = [
  'is not among the allowedCallbackHosts',
  'public clients are not allowed',
  'callbacks into apps on a device',
  'skipConsent is not allowed',
  'adoption is not allowed',
  'may not choose client IDs',
  'may not declare groups',
];

const RULES = VARIANTS.tenancy.tenancy.rules;

test.for([
  ['a rule for every namespace', RULES, LAWS],
  ['rules for some', RULES.slice(0, 2), [...LAWS, 'may not declare anything']],
] as const)(
  'with %s, operator and admission policy refuse the same in the same words',
  async ([, rules, laws], { ownCluster, database, databaseUrl }) => {
    for (const name of NAMESPACES) {
      await ownCluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    const values = { ...VARIANTS.tenancy, tenancy: { enabled: true, rules } };
    const rendered = parseManifests(await renderChart(inject('helm'), values));
    const cluster = ownCluster.in('permiso');

    const operator = await askOperator(cluster, rendered, { database, databaseUrl });
    const policies = rendered.filter(({ kind }) => kind.startsWith('ValidatingAdmission'));
    const policy = await askPolicy(cluster, policies);

    expect(operator).toEqual(policy);
    const said = Object.values(policy).join('\n');
    expect(laws.filter((law) => !said.includes(law))).toEqual([]);
    expect(Object.values(policy)).toContain(null);
  },
);
