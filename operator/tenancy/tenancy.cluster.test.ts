import { describe, expect } from 'vitest';
import { type Database, findClient, listClientSecrets, query } from '#core';
import type { KubeManifest, KubeObject } from '../testing/kube-objects.ts';
import { group, oidcClient } from '../testing/manifests.ts';
import { startOperator, type TestOperator } from '../testing/operator.ts';
import { test as clusterTest } from '../testing/test.ts';
import type { TenancyRule } from './tenancy.rules.ts';

/** An operator with these rules, which stops with the test; null is one without any. */
type Operate = (rules: TenancyRule[] | null) => Promise<TestOperator>;

const test = clusterTest.extend<{ operate: Operate }>({
  operate: async ({ cluster, asOperator }, use) => {
    const started: TestOperator[] = [];
    await use(async (rules) => {
      const tenancy = rules && { rules, ownNamespace: 'permiso' };
      const operator = await startOperator({ cluster, ...asOperator, tenancy });
      started.push(operator);
      return operator;
    });
    for (const operator of started) {
      await operator.stop();
    }
  },
});

function conditionOf({ status }: KubeObject, type: string) {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Everything that was ever written about clients and groups. */
async function countWrites(database: Database): Promise<number> {
  const [row] = await query<{ count: number }>(
    database.em.fork(),
    `select count(*)::int as count from audit_events`,
  );
  return row?.count ?? 0;
}

/** What came of the runs; "failed" would be tried again. */
async function resultsOf({ metrics }: TestOperator): Promise<Set<unknown>> {
  const { values } = await metrics.reconciles.get();
  return new Set(values.map(({ labels }) => labels.result));
}

describe('what came past the admission policy', () => {
  test('is refused in its words, is in no registry, has no Secret and is not tried again', async ({
    cluster,
    database,
    operate,
  }) => {
    const { namespace } = cluster;
    const operator = await operate([{ namespaces: [namespace], allowedCallbackHosts: ['a.com'] }]);
    const before = await countWrites(database);
    await cluster.apply(oidcClient('wiki'));
    await cluster.apply(group('admins'));
    const client = await cluster.waitFor('OIDCClient', 'wiki', 'Ready=False');
    const admins = await cluster.waitFor('Group', 'admins', 'Ready=False');
    await operator.controller.queue.idle();

    expect(conditionOf(client, 'Ready')).toMatchObject({
      reason: 'CallbackHostNotAllowed',
      message: `the host of https://wiki.example.com/callback is not among the allowedCallbackHosts of the namespace ${namespace}; use one of them or ask the administrators of Permiso`,
    });
    expect(conditionOf(client, 'Stalled')?.status).toBe('True');
    expect(conditionOf(admins, 'Ready')?.reason).toBe('GroupNotAllowed');
    expect(await countWrites(database)).toBe(before);
    expect(await findClient(database.em.fork(), `${namespace}.wiki`)).toBeNull();
    expect(await cluster.find('Secret', 'wiki-oidc')).toBeNull();
    expect(await resultsOf(operator)).toEqual(new Set(['refused']));
    expect((await cluster.events('OIDCClient', 'wiki')).map(({ reason }) => reason)).toEqual([
      'CallbackHostNotAllowed',
    ]);
  });

  test('is taken up when its wish is mended, and goes when it is deleted', async ({
    cluster,
    database,
    operate,
  }) => {
    await operate([{ namespaces: [cluster.namespace], allowedCallbackHosts: ['*.example.com'] }]);
    await cluster.apply(oidcClient('mended', { skipConsent: true }));
    await cluster.waitFor('OIDCClient', 'mended', 'Ready=False');
    await cluster.apply(oidcClient('doomed', { skipConsent: true }));
    await cluster.waitFor('OIDCClient', 'doomed', 'Ready=False');

    await cluster.apply(oidcClient('mended', { skipConsent: false }));
    await cluster.waitFor('OIDCClient', 'mended', 'Ready');
    await cluster.delete('OIDCClient', 'doomed');
    await cluster.waitUntilGone('OIDCClient', 'doomed');

    expect(await findClient(database.em.fork(), `${cluster.namespace}.mended`)).not.toBeNull();
  });
});

describe('what was declared before there was a rule', () => {
  const WISH: KubeManifest = oidcClient('old', { displayName: 'Old' });

  test('stays as it was and works on, and says that it may change no more', async ({
    cluster,
    database,
    operate,
  }) => {
    const id = `${cluster.namespace}.old`;
    const before = await operate(null);
    await cluster.apply(WISH);
    await cluster.waitFor('OIDCClient', 'old', 'Ready');
    await before.stop();
    const client = await findClient(database.em.fork(), id);
    const secrets = await listClientSecrets(database.em.fork(), id);
    const handedOver = await cluster.secret('old-oidc');

    await operate([{ namespaces: ['other'] }]);
    const refused = await cluster.waitFor('OIDCClient', 'old', 'Ready=False');
    await cluster.apply(oidcClient('old', { displayName: 'New' }));
    await cluster.waitFor('OIDCClient', 'old', 'Ready=False');

    expect(conditionOf(refused, 'Ready')?.reason).toBe('NamespaceNotAllowed');
    expect(await findClient(database.em.fork(), id)).toEqual(client);
    expect(await listClientSecrets(database.em.fork(), id)).toEqual(secrets);
    expect(await cluster.secret('old-oidc')).toEqual(handedOver);
  });

  test('goes when it is deleted, and follows its wish again when a rule allows it', async ({
    cluster,
    database,
    operate,
  }) => {
    const { namespace } = cluster;
    const before = await operate(null);
    await cluster.apply(WISH);
    await cluster.apply(oidcClient('doomed'));
    await cluster.waitFor('OIDCClient', 'old', 'Ready');
    await cluster.waitFor('OIDCClient', 'doomed', 'Ready');
    await before.stop();

    const strict = await operate([]);
    await cluster.waitFor('OIDCClient', 'old', 'Ready=False');
    await cluster.apply(oidcClient('old', { displayName: 'New' }));
    await cluster.delete('OIDCClient', 'doomed');
    await cluster.waitUntilGone('OIDCClient', 'doomed');
    await strict.stop();
    await operate([{ namespaces: ['*'], allowedCallbackHosts: ['*'] }]);
    await cluster.waitFor('OIDCClient', 'old', 'Ready');

    expect(await findClient(database.em.fork(), `${namespace}.doomed`)).toBeNull();
    expect((await findClient(database.em.fork(), `${namespace}.old`))?.name).toBe('New');
  });
});
