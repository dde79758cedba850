import { describe, expect, vi } from 'vitest';
import { query } from '#core';
import type { Cluster } from '../testing/cluster.ts';
import type { KubeObject } from '../testing/kube-objects.ts';
import { oidcClient } from '../testing/manifests.ts';
import { operatorTest } from '../testing/operator.ts';
import { type Program, startIdentityProvider } from '../testing/program.ts';

const STRANGE = 'https://grafana.example.com/login/generic_oauth';

const test = operatorTest.extend<{ idp: Program; knock: Knock }>({
  idp: [
    async ({ databaseUrl }, use) => {
      const idp = await startIdentityProvider(databaseUrl);
      await use(idp);
      idp.child.kill('SIGTERM');
      await idp.exited;
    },
    { scope: 'file' },
  ],
  // As a browser that an application sends; 400 is the page that refuses.
  knock: async ({ idp, cluster }, use) => {
    await use(async (name, redirectUri) => {
      const request = new URLSearchParams({
        client_id: `${cluster.namespace}.${name}`,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      return (await idp.ask(`/oauth/authorize?${request}`)).status;
    });
  },
});

type Knock = (name: string, redirectUri: string) => Promise<number>;

/** What a test waits for: the resource once its RedirectsMatched says so. */
const matched = (status: string) => (object: KubeObject) =>
  conditionOf(object, 'RedirectsMatched')?.status === status;

function conditionOf({ status }: KubeObject, type: string) {
  return status?.conditions?.find((condition) => condition.type === type);
}

async function warningsOf(cluster: Cluster, name: string) {
  const events = await cluster.events('OIDCClient', name);
  return events.filter(({ reason }) => reason === 'RedirectURIMismatch');
}

describe('a callback URL that is not registered', () => {
  test('stands in the condition and in an Event, until it is registered', async ({
    cluster,
    knock,
  }) => {
    await cluster.apply(oidcClient('grafana'));
    const before = await cluster.waitFor('OIDCClient', 'grafana', 'Ready');

    expect(await knock('grafana', STRANGE)).toBe(400);
    const told = await cluster.waitFor('OIDCClient', 'grafana', matched('False'), 5_000);
    await vi.waitFor(async () => expect(await warningsOf(cluster, 'grafana')).toHaveLength(1));
    await cluster.apply(oidcClient('grafana', { callbackURLs: [STRANGE] }));
    const mended = await cluster.waitFor('OIDCClient', 'grafana', matched('True'), 5_000);

    expect(conditionOf(before, 'RedirectsMatched')).toMatchObject({ status: 'True' });
    expect(conditionOf(told, 'RedirectsMatched')).toMatchObject({
      reason: 'RedirectURIMismatch',
      message: expect.stringContaining(`"${STRANGE}"`),
    });
    expect(conditionOf(told, 'Ready')).toEqual(conditionOf(before, 'Ready'));
    expect(conditionOf(mended, 'Ready')?.status).toBe('True');
    expect(await warningsOf(cluster, 'grafana')).toMatchObject([
      { type: 'Warning', note: conditionOf(told, 'RedirectsMatched')?.message },
    ]);
    expect(await knock('grafana', STRANGE)).toBe(303);
  });

  test('again is no news: no write, no second Event', async ({
    cluster,
    database,
    knock,
    operator,
  }) => {
    await cluster.apply(oidcClient('again'));
    await cluster.waitFor('OIDCClient', 'again', 'Ready');
    await knock('again', STRANGE);
    const first = await cluster.waitFor('OIDCClient', 'again', matched('False'));
    await vi.waitFor(async () => expect(await warningsOf(cluster, 'again')).toHaveLength(1));

    await query(
      database.em.fork(),
      `update redirect_mismatches set at = at - interval '2 minutes' where client_id = $1`,
      [`${cluster.namespace}.again`],
    );
    await knock('again', STRANGE);
    // What the operator does after this one it does after all before it.
    await cluster.apply(oidcClient('sentinel'));
    await cluster.waitFor('OIDCClient', 'sentinel', 'Ready');
    await operator.controller.queue.idle();

    const second = await cluster.get('OIDCClient', 'again');
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(await warningsOf(cluster, 'again')).toHaveLength(1);
  });

  test('is forgotten a day later, without anybody doing anything', async ({
    cluster,
    database,
    knock,
  }) => {
    await cluster.apply(oidcClient('yesterday'));
    await cluster.waitFor('OIDCClient', 'yesterday', 'Ready');
    await knock('yesterday', STRANGE);
    await cluster.waitFor('OIDCClient', 'yesterday', matched('False'));

    await query(
      database.em.fork(),
      `update redirect_mismatches set at = now() - interval '1 day' + interval '3 seconds'
        where client_id = $1`,
      [`${cluster.namespace}.yesterday`],
    );

    await cluster.waitFor('OIDCClient', 'yesterday', matched('True'));
  });

  test('is found at the next look when nobody heard of it', async ({
    cluster,
    database,
    operator,
  }) => {
    await cluster.apply(oidcClient('missed'));
    await cluster.waitFor('OIDCClient', 'missed', 'Ready');
    await database.em.fork().transactional(async (em) => {
      await query(em, 'alter table redirect_mismatches disable trigger announce_change');
      await query(em, 'insert into redirect_mismatches values ($1, $2, now())', [
        `${cluster.namespace}.missed`,
        STRANGE,
      ]);
      await query(em, 'alter table redirect_mismatches enable trigger announce_change');
    });

    operator.controller.changes.onGap();

    await cluster.waitFor('OIDCClient', 'missed', matched('False'));
  });
});
