import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import type { Cluster } from '../../../operator/testing/cluster.ts';
import { eventually } from '../../../operator/testing/eventually.ts';
import type { KubeManifest } from '../../../operator/testing/kube-objects.ts';
import { runKubectl } from '../../../operator/testing/kubectl.ts';
import { test as clusterTest } from '../../../operator/testing/test.ts';
import { renderChart } from './helm.ts';
import { ofBareKubernetes, parseManifests } from './manifests.ts';
import { VARIANT_NAMES, VARIANTS } from './variants.ts';

const NAMESPACES = ['permiso', 'team-a', 'team-b', 'team-c'];

interface ChartFixtures {
  /** An API server of this file's own, because admission policies hold in all namespaces. */
  prepared: Cluster;

  /** The same with the policies of the variant "tenancy" in force. */
  tenants: Cluster;
}

const test = clusterTest.extend<ChartFixtures>({
  prepared: async ({ ownCluster }, use) => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    for (const name of NAMESPACES) {
      await ownCluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
      // A whole cluster has a controller for this.
      const metadata = { name: 'default', namespace: name };
      await ownCluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    }
    await use(ownCluster.in('permiso'));
  },
  tenants: async ({ prepared }, use) => {
    const rendered = parseManifests(await renderChart(inject('helm'), VARIANTS.tenancy));
    for (const manifest of rendered.filter(({ kind }) => kind.startsWith('ValidatingAdmission'))) {
      await prepared.apply(manifest as unknown as KubeManifest);
    }
    await eventually(() => expect(declare(prepared.in('team-c'), {})).rejects.toThrow('denied'));
    await use(prepared);
  },
});

describe('a real API server', () => {
  test.for(VARIANT_NAMES)(
    'accepts every object of the chart, %s',
    async (variant, { prepared, onTestFinished }) => {
      const folder = await mkdtemp(join(tmpdir(), 'permiso-chart-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const rendered = parseManifests(await renderChart(inject('helm'), VARIANTS[variant]));
      const items = ofBareKubernetes(rendered);
      const file = join(folder, 'list.json');
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

      const flags = ['--server-side', '--force-conflicts', '--dry-run=server', '-f', file];
      const { stdout, stderr } = await runKubectl(prepared.connection, ['apply', ...flags]);

      // Pod Security warns of a Deployment whose pods it would refuse.
      expect(stderr).toBe('');
      expect(stdout.trim().split('\n')).toHaveLength(items.length);
    },
  );
});

const HTTPS = 'https://x.apps.example.com/cb';

describe('tenancy', () => {
  test.for<[string, string, object]>([
    ['a host below an allowed one', 'team-b', {}],
    [
      'a host in another case, and a port',
      'team-b',
      { callbackURLs: ['https://X.Apps.Example.com:8443/cb'] },
    ],
    [
      'a host that every namespace may use',
      'team-b',
      { callbackURLs: ['http://localhost:3000/cb'] },
    ],
    ['its own default client ID', 'team-b', { clientID: 'team-b.app' }],
    ['a host of another rule', 'team-a', { callbackURLs: ['https://grafana.example.com/cb'] }],
    [
      'a public client, where a rule allows it',
      'team-a',
      { type: 'Public', callbackURLs: ['com.example.app:/cb'] },
    ],
    [
      'what one rule of two allows',
      'team-a',
      { clientID: 'grafana', skipConsent: true, adoption: 'Overwrite' },
    ],
    [
      'everything in the own namespace',
      'permiso',
      { clientID: 'any', skipConsent: true, callbackURLs: ['https://any.where/'] },
    ],
  ])('lets through %s', async ([, namespace, spec], { tenants }) => {
    await expect(declare(tenants.in(namespace), spec)).resolves.toBeUndefined();
  });

  test.for<[string, string, object, string]>([
    [
      'a host that only ends alike',
      'team-b',
      { callbackURLs: ['https://evilapps.example.com/'] },
      'the host of https://evilapps.example.com/ is not among the allowedCallbackHosts of the namespace team-b',
    ],
    [
      'the parent of a wildcard',
      'team-b',
      { callbackURLs: ['https://apps.example.com/'] },
      'is not among',
    ],
    [
      'a host beside an allowed one',
      'team-b',
      { callbackURLs: [HTTPS, 'https://evil.com/?.apps.example.com'] },
      'the host of https://evil.com/',
    ],
    [
      'a host of another namespace',
      'team-b',
      { callbackURLs: ['https://grafana.example.com/cb'] },
      'is not among',
    ],
    [
      'a strange host after sign-out',
      'team-b',
      { logoutCallbackURLs: ['https://evil.com/'] },
      'is not among',
    ],
    [
      'a strange host on the dashboard',
      'team-b',
      { launchURL: 'https://evil.com/' },
      'is not among',
    ],
    [
      'a strange host behind the scenes',
      'team-b',
      { backchannelLogoutURL: 'https://evil.com/' },
      'is not among',
    ],
    [
      'a public client',
      'team-b',
      { type: 'Public' },
      'public clients are not allowed in the namespace team-b',
    ],
    [
      'a callback into an app',
      'team-b',
      { callbackURLs: ['com.example.app:/cb'] },
      'callbacks into apps on a device belong to public clients',
    ],
    [
      'a skipped consent',
      'team-b',
      { skipConsent: true },
      'skipConsent is not allowed in the namespace team-b',
    ],
    [
      'an adoption',
      'team-b',
      { adoption: 'IfMatch' },
      'adoption is not allowed in the namespace team-b',
    ],
    [
      'a client ID of one’s choice',
      'team-b',
      { clientID: 'grafana' },
      'the namespace team-b may not choose client IDs',
    ],
    [
      'the default client ID of another',
      'team-b',
      { clientID: 'team-a.app' },
      'may not choose client IDs',
    ],
    ['a strange host in a namespace without rules of its own', 'team-c', {}, 'is not among'],
  ])('refuses %s', async ([, namespace, spec, sentence], { tenants }) => {
    await expect(declare(tenants.in(namespace), spec)).rejects.toThrow(sentence);
  });

  test('leaves alone what belongs to another Permiso, until it is to be ours', async ({
    tenants,
  }) => {
    const tenant = tenants.in('team-c');
    await tenant.apply(client({}, { labels: { 'permisolabs.eu/instance': 'other' } }));

    const change = { metadata: { labels: { 'permisolabs.eu/instance': null } } };
    await expect(tenant.patch('OIDCClient', 'app', change)).rejects.toThrow('denied');

    await tenant.delete('OIDCClient', 'app');
  });

  test('refuses a group, whose name holds for all', async ({ tenants }) => {
    await expect(declareGroup(tenants.in('team-b'))).rejects.toThrow('may not declare groups');
    await expect(declareGroup(tenants.in('team-a'))).resolves.toBeUndefined();
  });

  test('leaves a client of the time before it alone, until its wish changes', async ({
    tenants,
  }) => {
    const tenant = tenants.in('team-c');
    const binding = 'permiso-permiso-tenancy-oidcclients';
    const { spec } = await tenants.get('ValidatingAdmissionPolicyBinding', binding);
    const old = client({}, { finalizers: ['permisolabs.eu/retire'] });
    await tenants.delete('ValidatingAdmissionPolicyBinding', binding);
    await eventually(() => tenant.apply(old));
    await tenants.apply({ ...BINDING, metadata: { name: binding }, spec });
    await eventually(() => expect(rename(tenant)).rejects.toThrow('denied'));

    await tenant.patch('OIDCClient', 'app', { metadata: { annotations: { note: 'a' } } });
    await tenant.delete('OIDCClient', 'app');
    await tenant.patch('OIDCClient', 'app', { metadata: { finalizers: null } });

    await tenant.waitUntilGone('OIDCClient', 'app');
  });
});

const BINDING = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
};

function client(spec: object, metadata: object = {}): KubeManifest {
  return {
    apiVersion: 'permisolabs.eu/v1alpha1',
    kind: 'OIDCClient',
    metadata: { name: 'app', ...metadata },
    spec: { callbackURLs: [HTTPS], ...spec },
  };
}

/** Resolves when the client was accepted, and takes it away again. */
async function declare(cluster: Cluster, spec: object): Promise<void> {
  await cluster.apply(client(spec));
  await cluster.delete('OIDCClient', 'app');
}

async function declareGroup(cluster: Cluster): Promise<void> {
  const metadata = { name: 'admins' };
  await cluster.apply({ apiVersion: 'permisolabs.eu/v1alpha1', kind: 'Group', metadata, spec: {} });
}

function rename(cluster: Cluster): Promise<unknown> {
  return cluster.patch('OIDCClient', 'app', { spec: { displayName: `At ${Date.now()}` } });
}
