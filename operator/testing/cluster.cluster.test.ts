import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CustomObjectsApi } from '@kubernetes/client-node';
import { describe, expect } from 'vitest';
import { test } from './test.ts';

const examples = fileURLToPath(new URL('../../crds/examples/', import.meta.url));

describe('a good example', () => {
  test.for([...namesIn('.'), ...namesIn('kubernetes')])(
    '%s is accepted by kubectl apply',
    async (name, { cluster }) => {
      const { stderr, code } = await cluster.kubectl('apply', '-f', examples + name);

      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );
});

describe('an illegal example', () => {
  test.for(namesIn('illegal'))('%s is refused with its sentence', async (name, { cluster }) => {
    const { refused, kubectl = refused, documents } = readIllegal(name);

    const { stdout, stderr, code } = await cluster.kubectl('apply', '-f', examples + name);

    expect(code).toBe(1);
    expect(stderr).toContain(kubectl);
    // Of several documents the earlier ones are what stood there before.
    expect(stdout.match(/ created$/gm) ?? []).toHaveLength(documents - 1);
  });
});

describe('the cluster', () => {
  const names = new Set<string>();

  test.for(['one test', 'another test'])(
    'gives %s a namespace of its own',
    async (_, { cluster, namespace }) => {
      await cluster.apply(group('engineering'));

      expect(cluster.namespace).toBe(namespace);
      expect(names).not.toContain(namespace);
      expect(await cluster.list('Group')).toMatchObject([{ metadata: { name: 'engineering' } }]);
      names.add(namespace);
    },
  );

  test('answers the client library too', async ({ cluster, namespace }) => {
    await cluster.apply(group('engineering'));

    const list = await cluster.kubeConfig
      .makeApiClient(CustomObjectsApi)
      .listNamespacedCustomObject({
        group: 'permisolabs.eu',
        version: 'v1alpha1',
        namespace,
        plural: 'groups',
      });

    expect(list.items).toMatchObject([{ metadata: { name: 'engineering' } }]);
  });

  test('refuses with a sentence and not with JSON', async ({ cluster }) => {
    const application = cluster.apply(group('engineering', { members: ['ada\nalan'] }));

    await expect(application).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining(
        'spec.members[0]: Invalid value: "ada\\nalan": only one line',
      ),
    });
  });

  test('tells what is there and what is not', async ({ cluster }) => {
    expect(await cluster.find('Group', 'engineering')).toBeNull();
    await expect(cluster.get('Group', 'engineering')).rejects.toMatchObject({ code: 404 });
  });

  test('waits for a condition of the present spec and for no older one', async ({ cluster }) => {
    await cluster.apply(group('engineering'));
    await cluster.patch('Group', 'engineering', { status: ready(1) }, 'status');
    await cluster.waitFor('Group', 'engineering', 'Ready');
    await cluster.apply(group('engineering', { displayName: 'Engineering' }));

    await expect(cluster.waitFor('Group', 'engineering', 'Ready', 100)).rejects.toThrow(
      'after 100 ms still: Group engineering is not as expected',
    );

    await cluster.patch('Group', 'engineering', { status: ready(2) }, 'status');
    const { metadata } = await cluster.waitFor('Group', 'engineering', 'Ready');
    expect(metadata.generation).toBe(2);
  });

  test('decodes a Secret', async ({ cluster }) => {
    await cluster.apply(secret('mine', { stringData: { password: 'pässword' } }));

    expect((await cluster.secret('mine')).values).toEqual({ password: 'pässword' });
  });

  test('tells the events of one resource', async ({ cluster, namespace }) => {
    await cluster.apply(event('one', { kind: 'Group', name: 'engineering', namespace }));
    await cluster.apply(event('other', { kind: 'Group', name: 'sales', namespace }));

    const events = await cluster.events('Group', 'engineering');

    expect(events).toMatchObject([{ metadata: { name: 'one' }, reason: 'Reconciled' }]);
  });

  test('counts every write, and no read', async ({ cluster }) => {
    await cluster.apply(group('engineering'));
    await cluster.get('Group', 'engineering');
    await cluster.patch('Group', 'engineering', { status: ready(1) }, 'status');
    await cluster.apply(group('Wrong name')).catch(() => {});
    await cluster.delete('Group', 'engineering');

    const writes = await cluster.writes({ resource: 'groups', username: 'admin' });

    expect(writes.map(({ verb, subresource, code }) => [verb, subresource, code])).toEqual([
      ['patch', '', 201],
      ['patch', 'status', 200],
      ['patch', '', 422],
      ['delete', '', 200],
    ]);
  });
});

describe('collecting garbage', () => {
  test('deletes what an owner left behind and nothing else', async ({ cluster }) => {
    const { apiVersion, kind, metadata } = await cluster.apply(group('engineering'));
    const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid }];
    await cluster.apply(secret('owned', {}, { ownerReferences }));
    await cluster.apply(secret('foreign'));

    const before = await cluster.collectGarbage();
    await cluster.delete('Group', 'engineering');
    // A new resource of the same name is somebody else.
    await cluster.apply(group('engineering'));
    const after = await cluster.collectGarbage();

    expect(before).toEqual({ deleted: [], held: [] });
    expect(after).toEqual({ deleted: ['Secret/owned'], held: [] });
    expect(await cluster.find('Secret', 'foreign')).not.toBeNull();
  });

  test('lets a namespace go when the last finalizer is done', async ({ cluster, namespace }) => {
    await cluster.apply(secret('foreign'));
    await cluster.apply(group('engineering', {}, { finalizers: ['permisolabs.eu/retire'] }));
    await cluster.delete('Namespace', namespace);

    const held = await cluster.collectGarbage();
    await expect(cluster.apply(group('late'))).rejects.toThrow('is being terminated');
    await cluster.patch('Group', 'engineering', { metadata: { finalizers: null } });
    await cluster.collectGarbage();

    expect(held.held).toEqual(['Group/engineering']);
    await cluster.waitUntilGone('Namespace', namespace);
  });
});

describe('an API server of its own', () => {
  test.for(['SIGTERM', 'SIGKILL'] as const)(
    'is back on the same port with the same data after %s',
    async (signal, { ownCluster, ownServer }) => {
      await ownCluster.apply(group('engineering'));

      await ownServer.stop(signal);
      const away = ownCluster.get('Group', 'engineering');
      await expect(away).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      const patient = ownCluster.waitFor('Group', 'engineering', () => true, 30_000);
      await ownServer.start();

      expect((await patient).metadata.name).toBe('engineering');
    },
  );

  test('holds its breath and goes on', async ({ ownCluster, ownServer }) => {
    await ownCluster.apply(group('engineering'));

    ownServer.freeze();
    const answer = ownCluster.get('Group', 'engineering').then(() => 'answered');
    const silence = new Promise((resolve) => setTimeout(resolve, 300, 'silent'));
    const first = await Promise.race([answer, silence]);
    ownServer.thaw();

    expect(first).toBe('silent');
    expect(await answer).toBe('answered');
  });

  test('is not the shared one', async ({ cluster, ownCluster }) => {
    await ownCluster.apply(group('engineering'));

    expect(await cluster.in(ownCluster.namespace).list('Group')).toEqual([]);
  });
});

function group(name: string, spec = {}, metadata = {}) {
  return {
    apiVersion: 'permisolabs.eu/v1alpha1',
    kind: 'Group',
    metadata: { name, ...metadata },
    spec,
  };
}

function secret(name: string, content = {}, metadata = {}) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...metadata }, ...content };
}

function event(name: string, regarding: object) {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name },
    eventTime: '2026-01-01T00:00:00.000000Z',
    type: 'Normal',
    reason: 'Reconciled',
    action: 'Reconcile',
    reportingController: 'permisolabs.eu/operator',
    reportingInstance: 'operator-0',
    regarding,
  };
}

function ready(observedGeneration: number) {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const verdict = { type: 'Ready', status: 'True', reason: 'Reconciled', message: 'it is so' };
  return { conditions: [{ ...verdict, observedGeneration, lastTransitionTime }] };
}

function namesIn(subfolder: string): string[] {
  return readdirSync(examples + subfolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => (subfolder === '.' ? name : `${subfolder}/${name}`));
}

/** The sentence, the API server's own words where they differ, and how many documents there are. */
function readIllegal(name: string) {
  const text = readFileSync(examples + name, 'utf8');
  return {
    refused: /^# refused: (.*)$/m.exec(text)?.[1] ?? 'a comment "# refused: …"',
    kubectl: /^# kubectl: (.*)$/m.exec(text)?.[1],
    documents: text.split(/^---$/m).length,
  };
}
