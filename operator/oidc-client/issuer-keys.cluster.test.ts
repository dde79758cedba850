import { describe, expect, vi } from 'vitest';
import { findIssuerKeys, query, recordIssuerKeys } from '#core';
import type { Cluster } from '../testing/cluster.ts';
import { KubeClient } from '../testing/kube-client.ts';
import { oidcClient } from '../testing/manifests.ts';
import { operatorTest } from '../testing/operator.ts';
import { type IdpProgram, startIdp } from '../testing/program.ts';

const CLUSTER_ISSUER = 'https://kubernetes.default.svc';

const test = operatorTest.extend<{ idp: IdpProgram }>({
  idp: [
    async ({ databaseUrl }, use) => {
      const idp = await startIdp(databaseUrl);
      await use(idp);
      await idp.end();
    },
    { scope: 'file' },
  ],
});

/** What the kubelet puts into a pod (TokenRequest). */
async function requestToken(cluster: Cluster, account: string, audience: string): Promise<string> {
  await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account } });
  const { status } = await cluster.client.send<{ status: { token: string } }>({
    method: 'POST',
    path: `/api/v1/namespaces/${cluster.namespace}/serviceaccounts/${account}/token`,
    body: { spec: { audiences: [audience], expirationSeconds: 600 } },
  });
  return status.token;
}

async function ask(idp: IdpProgram, token: string, params: Record<string, string> = {}) {
  const answer = await fetch(`${idp.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: token,
      ...params,
    }),
  });
  return { status: answer.status, body: await answer.json() };
}

function deployer(cluster: Cluster, name = 'deployer') {
  const subject = `system:serviceaccount:${cluster.namespace}:${name}`;
  return oidcClient(name, {
    grantTypes: ['client_credentials'],
    federatedCredentials: [{ name: 'pods', issuer: CLUSTER_ISSUER, subject, audience: 'permiso' }],
  });
}

describe('a pod with its own service-account token', () => {
  test('gets tokens without a secret, as often as it asks', async ({ cluster, idp }) => {
    await cluster.apply(deployer(cluster));
    const { status } = await cluster.waitFor('OIDCClient', 'deployer', 'Ready');

    const token = await requestToken(cluster, 'deployer', 'permiso');
    const answers = [
      await ask(idp, token),
      await ask(idp, token, { client_id: `${cluster.namespace}.deployer` }),
    ];

    expect(answers).toMatchObject(Array(2).fill({ status: 200, body: { token_type: 'Bearer' } }));
    expect(await cluster.find('Secret', 'deployer-oidc')).toBeNull();
    expect(status).toMatchObject({
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: 'IssuerKeysKnown', status: 'True', reason: 'Mirrored' }),
      ]),
    });
  });

  test('is refused when it is another account, or its token is for somebody else', async ({
    cluster,
    idp,
  }) => {
    await cluster.apply(deployer(cluster));
    await cluster.waitFor('OIDCClient', 'deployer', 'Ready');
    const client_id = `${cluster.namespace}.deployer`;

    const stranger = await requestToken(cluster, 'stranger', 'permiso');
    const elsewhere = await requestToken(cluster, 'deployer', 'https://other.example');
    const answers = [
      await ask(idp, stranger, { client_id }),
      await ask(idp, stranger),
      await ask(idp, elsewhere, { client_id }),
    ];

    expect(answers).toMatchObject(
      Array(3).fill({ status: 401, body: { error: 'invalid_client' } }),
    );
  });
});

describe('the keys of the cluster', () => {
  test('are not written again while they are the same, and are repaired when they differ', async ({
    cluster,
    database,
    operator,
  }) => {
    const em = database.em.fork();
    const read = () => query(em, 'select xmin, keys from federated_issuers');
    await cluster.apply(deployer(cluster));
    await cluster.waitFor('OIDCClient', 'deployer', 'Ready');
    const before = await read();

    await cluster.apply(deployer(cluster, 'second'));
    await cluster.waitFor('OIDCClient', 'second', 'Ready');
    operator.controller.changes.onGap();
    await operator.controller.queue.idle();
    const same = await read();
    await recordIssuerKeys(em, CLUSTER_ISSUER, []);
    await vi.waitFor(async () => {
      operator.controller.changes.onGap();
      await operator.controller.queue.idle();
      expect(await findIssuerKeys(em, CLUSTER_ISSUER)).toHaveLength(1);
    }, 10_000);

    expect(before).toHaveLength(1);
    expect(same).toEqual(before);
  });

  test('of another issuer are not brought', async ({ cluster, database }) => {
    const issuer = 'https://ci.example.com';
    const federatedCredentials = [{ name: 'ci', issuer, subject: 'main' }];
    await cluster.apply(oidcClient('ci', { federatedCredentials }));
    const { status } = await cluster.waitFor('OIDCClient', 'ci', 'Ready');

    expect(await findIssuerKeys(database.em.fork(), issuer)).toBeNull();
    expect(JSON.stringify(status)).not.toContain('IssuerKeysKnown');
  });

  test('may be read by every service account, so that the chart need not allow it', async ({
    cluster,
  }) => {
    const token = await requestToken(cluster, 'nobody-in-particular', CLUSTER_ISSUER);
    const client = new KubeClient({ ...cluster.connection, token });

    const [{ issuer }, { keys }] = await Promise.all([
      client.send<{ issuer: string }>({ method: 'GET', path: '/.well-known/openid-configuration' }),
      client.send<{ keys: object[] }>({ method: 'GET', path: '/openid/v1/jwks' }),
    ]);
    client.close();

    expect([issuer, keys.length]).toEqual([CLUSTER_ISSUER, 1]);
  });
});
