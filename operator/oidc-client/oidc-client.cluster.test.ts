import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import {
  ADMIN,
  addClientSecret,
  type Database,
  declareClient,
  findClient,
  hashToken,
  listClientSecretHashes,
  listClientSecrets,
  query,
  retireClient,
} from '#core';
import { clientDeclaration } from '#core/testing';
import type { Cluster } from '../testing/cluster.ts';
import { group, oidcClient, secret } from '../testing/manifests.ts';
import { ISSUER, operatorTest as test } from '../testing/operator.ts';

const idIn = ({ namespace }: Cluster, name: string) => `${namespace}.${name}`;

async function worksAsSecret(database: Database, clientId: string, value = ''): Promise<boolean> {
  const secrets = await listClientSecretHashes(database.em.fork(), clientId);
  return secrets.some(({ hash }) => hash === hashToken(value));
}

describe('applying an OIDCClient', () => {
  test('gives a client, a status, a Secret that works, and an Event', async ({
    cluster,
    database,
    operator,
  }) => {
    await cluster.apply(oidcClient('grafana', { displayName: 'Grafana' }));
    const ready = await cluster.waitFor('OIDCClient', 'grafana', 'Ready');

    const id = idIn(cluster, 'grafana');
    const { values, metadata } = await cluster.secret('grafana-oidc');
    expect(operator.log.join('')).toContain('resource ready');
    expect(await findClient(database.em.fork(), id)).toMatchObject({
      name: 'Grafana',
      owner: `kubernetes:OIDCClient/${cluster.namespace}/grafana`,
      ownerUid: ready.metadata.uid,
    });
    expect(ready.status).toMatchObject({
      observedGeneration: 1,
      clientID: id,
      issuer: ISSUER,
      credentials: { secretName: 'grafana-oidc' },
    });
    expect(values).toMatchObject({ client_id: id, issuer_url: ISSUER });
    expect(await worksAsSecret(database, id, values.client_secret)).toBe(true);
    expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'permiso' });
    expect(metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'OIDCClient',
      name: 'grafana',
      uid: ready.metadata.uid,
    });
    await operator.controller.queue.idle();
    const events = await cluster.events('OIDCClient', 'grafana');
    expect(events.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['SecretCreated', 'Reconciled']),
    );
    expect(JSON.stringify([ready, events, operator.log])).not.toContain(values.client_secret);
  });

  test('again changes nothing, not even the resourceVersion', async ({ cluster, operator }) => {
    await cluster.apply(oidcClient('still'));
    const first = await cluster.waitFor('OIDCClient', 'still', 'Ready');
    const before = await cluster.secret('still-oidc');

    operator.controller.changes.onGap();
    await operator.controller.queue.idle();
    const second = await cluster.get('OIDCClient', 'still');
    const after = await cluster.secret('still-oidc');

    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test('with an edit changes the client, and keeps its secret', async ({ cluster, database }) => {
    await cluster.apply(oidcClient('edited'));
    await cluster.waitFor('OIDCClient', 'edited', 'Ready');
    const before = await cluster.secret('edited-oidc');

    await cluster.apply(oidcClient('edited', { callbackURLs: ['https://new.example.com/cb'] }));
    await cluster.waitFor('OIDCClient', 'edited', 'Ready');
    const after = await cluster.secret('edited-oidc');

    expect((await findClient(database.em.fork(), idIn(cluster, 'edited')))?.callbackUrls).toEqual([
      'https://new.example.com/cb',
    ]);
    expect(after.values.callback_urls).toBe('["https://new.example.com/cb"]');
    expect(after.values.client_secret).toBe(before.values.client_secret);
  });

  test.for([
    ['Env', 'OIDC_CLIENT_SECRET'],
    ['OAuth2Proxy', 'client-secret'],
    ['ArgoCD', 'oidc.permiso.clientSecret'],
    ['Grafana', 'GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET'],
    ['EnvoyGateway', 'client-secret'],
  ] as const)(
    'with the preset %s writes the keys that it reads',
    async ([preset, key], { cluster, database }) => {
      const name = preset.toLowerCase();
      await cluster.apply(oidcClient(name, { credentials: { output: { preset } } }));
      await cluster.waitFor('OIDCClient', name, 'Ready');

      const { values } = await cluster.secret(`${name}-oidc`);

      expect(await worksAsSecret(database, idIn(cluster, name), values[key])).toBe(true);
    },
  );

  test('with a template fills it, and keeps the secret when the template changes', async ({
    cluster,
  }) => {
    const template = (text: string) => ({
      credentials: { output: { template: { 'client.json': text } } },
    });
    await cluster.apply(
      oidcClient(
        'templated',
        template('{"id":{{ clientID | json }},"secret":"{{ clientSecret }}"}'),
      ),
    );
    await cluster.waitFor('OIDCClient', 'templated', 'Ready');
    const before = JSON.parse((await cluster.secret('templated-oidc')).values['client.json'] ?? '');

    await cluster.apply(oidcClient('templated', template('secret={{ clientSecret }}')));
    await cluster.waitFor('OIDCClient', 'templated', 'Ready');
    const after = (await cluster.secret('templated-oidc')).values['client.json'];

    expect(before.id).toBe(idIn(cluster, 'templated'));
    expect(after).toBe(`secret=${before.secret}`);
  });

  test('with an unknown name in a template says which names there are', async ({ cluster }) => {
    await cluster.apply(
      oidcClient('typo', { credentials: { output: { template: { a: '{{ clientId }}' } } } }),
    );
    const object = await cluster.waitFor('OIDCClient', 'typo', 'Ready=False');

    expect(object.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      reason: 'TemplateInvalid',
      message: expect.stringContaining('clientID, clientSecret'),
    });
  });
});

describe('deleting an OIDCClient', () => {
  test('takes the client and its Secret along', async ({ cluster, database }) => {
    await cluster.apply(oidcClient('gone'));
    await cluster.waitFor('OIDCClient', 'gone', 'Ready');

    await cluster.delete('OIDCClient', 'gone');
    await cluster.waitUntilGone('OIDCClient', 'gone');
    await cluster.collectGarbage();

    expect(await findClient(database.em.fork(), idIn(cluster, 'gone'))).toBeNull();
    expect(await cluster.find('Secret', 'gone-oidc')).toBeNull();
  });

  test('with Orphan hands the client to the web pages, and the application goes on', async ({
    cluster,
    database,
  }) => {
    await cluster.apply(oidcClient('orphan', { deletionPolicy: 'Orphan' }));
    await cluster.waitFor('OIDCClient', 'orphan', 'Ready');
    const { values } = await cluster.secret('orphan-oidc');

    await cluster.delete('OIDCClient', 'orphan');
    await cluster.waitUntilGone('OIDCClient', 'orphan');
    await cluster.collectGarbage();

    const id = idIn(cluster, 'orphan');
    expect(await findClient(database.em.fork(), id)).toMatchObject({
      owner: ADMIN,
      ownerUid: null,
    });
    expect(await worksAsSecret(database, id, values.client_secret)).toBe(true);
    expect((await cluster.secret('orphan-oidc')).values).toEqual(values);
  });

  test('and making it again at once leaves the new one standing', async ({ cluster, database }) => {
    await cluster.apply(oidcClient('phoenix', { displayName: 'Old' }));
    const old = await cluster.waitFor('OIDCClient', 'phoenix', 'Ready');

    await cluster.delete('OIDCClient', 'phoenix');
    await vi.waitFor(
      () =>
        cluster
          .kubectl('get', 'oidcclient', 'phoenix')
          .then(({ code }) => expect(code).not.toBe(0)),
      5000,
    );
    await cluster.apply(oidcClient('phoenix', { displayName: 'New' }));
    const fresh = await cluster.waitFor('OIDCClient', 'phoenix', 'Ready');

    expect(fresh.metadata.uid).not.toBe(old.metadata.uid);
    expect(await findClient(database.em.fork(), idIn(cluster, 'phoenix'))).toMatchObject({
      name: 'New',
      ownerUid: fresh.metadata.uid,
    });
  });

  test('with its whole namespace and fifty others leaves nothing behind', async ({
    cluster,
    database,
  }) => {
    for (let n = 0; n < 50; n += 1) {
      await cluster.apply(oidcClient(`many-${n}`));
    }
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => cluster.waitFor('OIDCClient', `many-${n}`, 'Ready')),
    );

    await cluster.delete('Namespace', cluster.namespace);
    await vi.waitFor(
      async () => {
        await cluster.collectGarbage();
        expect(await cluster.find('Namespace', cluster.namespace)).toBeNull();
      },
      { timeout: 30_000, interval: 500 },
    );

    const rows = await query(database.em.fork(), 'select id from clients where id like $1', [
      `${cluster.namespace}.%`,
    ]);
    expect(rows).toEqual([]);
  });
});

describe('drift is repaired at once', () => {
  test('in the database, even when somebody acts in the name of the resource', async ({
    cluster,
    database,
  }) => {
    await cluster.apply(oidcClient('drifted'));
    await cluster.waitFor('OIDCClient', 'drifted', 'Ready');
    const id = idIn(cluster, 'drifted');

    await database.em.fork().transactional(async (em) => {
      await query(em, `select set_config('permiso.actor', $1, true)`, [
        `kubernetes:OIDCClient/${cluster.namespace}/drifted`,
      ]);
      await query(em, `update clients set name = 'hacked' where id = $1`, [id]);
    });

    await vi.waitFor(
      async () => expect((await findClient(database.em.fork(), id))?.name).toBe('drifted'),
      5000,
    );
  });

  test('of a deleted Secret: a new one with a new value, while the old value still works', async ({
    cluster,
    database,
  }) => {
    await cluster.apply(oidcClient('lost'));
    await cluster.waitFor('OIDCClient', 'lost', 'Ready');
    const before = await cluster.secret('lost-oidc');

    await cluster.delete('Secret', 'lost-oidc');
    await vi.waitFor(
      async () => expect(await cluster.find('Secret', 'lost-oidc')).not.toBeNull(),
      5000,
    );
    const after = await cluster.secret('lost-oidc');

    const id = idIn(cluster, 'lost');
    expect(after.values.client_secret).not.toBe(before.values.client_secret);
    expect(await worksAsSecret(database, id, before.values.client_secret)).toBe(true);
    expect(await worksAsSecret(database, id, after.values.client_secret)).toBe(true);
  });

  test('of a Secret that somebody edited, with a warning', async ({ cluster }) => {
    await cluster.apply(oidcClient('tampered'));
    await cluster.waitFor('OIDCClient', 'tampered', 'Ready');

    await cluster.patch('Secret', 'tampered-oidc', { stringData: { client_secret: 'mine' } });
    await vi.waitFor(async () => {
      const events = await cluster.events('OIDCClient', 'tampered');
      expect(events.map(({ reason }) => reason)).toContain('SecretTampered');
    });

    expect((await cluster.secret('tampered-oidc')).values.client_secret).not.toBe('mine');
  });
});

describe('a conflict', () => {
  test('over a client id is the second one’s, and is cured when the first goes', async ({
    cluster,
    database,
  }) => {
    const clientID = `shared-${cluster.namespace}`;
    await cluster.apply(oidcClient('first', { clientID }));
    await cluster.waitFor('OIDCClient', 'first', 'Ready');
    await cluster.apply(oidcClient('second', { clientID }));
    const refused = await cluster.waitFor('OIDCClient', 'second', 'Ready=False');

    await cluster.delete('OIDCClient', 'first');
    await cluster.waitFor('OIDCClient', 'second', 'Ready');

    expect(refused.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      reason: 'Conflict',
      message: expect.stringContaining(`OIDCClient/${cluster.namespace}/first`),
    });
    expect(refused.status?.conditions?.find(({ type }) => type === 'Stalled')?.status).toBe('True');
    expect((await findClient(database.em.fork(), clientID))?.owner).toContain('/second');
  });

  test('over the name of a Secret leaves the foreign Secret untouched', async ({ cluster }) => {
    await cluster.apply(secret('theirs-oidc', { password: 'precious' }));
    await cluster.apply(oidcClient('theirs'));
    const refused = await cluster.waitFor('OIDCClient', 'theirs', 'Ready=False');

    expect(
      refused.status?.conditions?.find(({ type }) => type === 'CredentialsReady'),
    ).toMatchObject({ status: 'False', reason: 'SecretNotOwned' });
    expect((await cluster.secret('theirs-oidc')).values).toEqual({ password: 'precious' });
  });
});

describe('adoption of a client that an administrator made', () => {
  const webMade = (id: string) =>
    clientDeclaration(id, { callbackUrls: ['https://web.example.com/cb'], name: id });
  const manifest = (id: string, spec: object) =>
    oidcClient(id, { clientID: id, callbackURLs: ['https://web.example.com/cb'], ...spec });

  test('does not happen by itself', async ({ cluster, database }) => {
    const id = `never-${cluster.namespace}`;
    await declareClient(database.em.fork(), webMade(id), ADMIN);
    await cluster.apply(manifest(id, {}));
    const refused = await cluster.waitFor('OIDCClient', id, 'Ready=False');

    expect(refused.status?.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe(
      'Conflict',
    );
    expect((await findClient(database.em.fork(), id))?.owner).toBe(ADMIN);
  });

  test('with IfMatch says what differs, and happens once nothing does, keeping its secrets', async ({
    cluster,
    database,
  }) => {
    const id = `match-${cluster.namespace}`;
    await declareClient(database.em.fork(), webMade(id), ADMIN);
    const made = await addClientSecret(database.em.fork(), id, 'web');

    await cluster.apply(manifest(id, { adoption: 'IfMatch', skipConsent: true }));
    const refused = await cluster.waitFor('OIDCClient', id, 'Ready=False');
    await cluster.apply(manifest(id, { adoption: 'IfMatch', skipConsent: false }));
    await cluster.waitFor('OIDCClient', id, 'Ready');

    expect(refused.status).toMatchObject({
      adoptionDiff: [{ field: 'skipConsent', desired: 'true', actual: 'false' }],
    });
    expect((await findClient(database.em.fork(), id))?.owner).toContain('kubernetes:');
    expect(await worksAsSecret(database, id, made.value)).toBe(true);
  });

  test('with Overwrite happens whatever differs', async ({ cluster, database }) => {
    const id = `over-${cluster.namespace}`;
    await declareClient(database.em.fork(), webMade(id), ADMIN);
    await cluster.apply(manifest(id, { adoption: 'Overwrite', displayName: 'From Git' }));
    await cluster.waitFor('OIDCClient', id, 'Ready');

    expect((await findClient(database.em.fork(), id))?.name).toBe('From Git');
  });
});

describe('the secret', () => {
  test('rotates when asked by annotation, with overlap, and the annotation stays', async ({
    cluster,
    database,
    operator,
  }) => {
    await cluster.apply(oidcClient('turned'));
    await cluster.waitFor('OIDCClient', 'turned', 'Ready');
    const before = await cluster.secret('turned-oidc');

    await cluster.patch('OIDCClient', 'turned', {
      metadata: { annotations: { 'permisolabs.eu/rotate-secret': 'now' } },
    });
    await vi.waitFor(async () => {
      const { values } = await cluster.secret('turned-oidc');
      expect(values.client_secret).not.toBe(before.values.client_secret);
    });
    operator.controller.changes.onGap();
    await operator.controller.queue.idle();
    const after = await cluster.secret('turned-oidc');
    const object = await cluster.get('OIDCClient', 'turned');

    const id = idIn(cluster, 'turned');
    expect(await worksAsSecret(database, id, before.values.client_secret)).toBe(true);
    expect(await worksAsSecret(database, id, after.values.client_secret)).toBe(true);
    expect(await listClientSecrets(database.em.fork(), id)).toHaveLength(2);
    expect(object.metadata.annotations).toHaveProperty(['permisolabs.eu/rotate-secret'], 'now');
    expect(object.status).toMatchObject({ credentials: { previousExpiresAt: expect.any(String) } });
  });

  test('rotates when its interval is over, and the previous one ends with the overlap', async ({
    cluster,
    database,
    operator,
  }) => {
    await cluster.apply(
      oidcClient('clock', { credentials: { rotation: { interval: '2h', overlap: '1h' } } }),
    );
    const first = await cluster.waitFor('OIDCClient', 'clock', 'Ready');
    const before = await cluster.secret('clock-oidc');
    const id = idIn(cluster, 'clock');

    await query(
      database.em.fork(),
      `update client_secrets set created_at = now() - interval '3 hours' where client_id = $1`,
      [id],
    );
    operator.controller.changes.onGap();
    await vi.waitFor(async () => {
      const { values } = await cluster.secret('clock-oidc');
      expect(values.client_secret).not.toBe(before.values.client_secret);
    });
    // The old one is told its end after the new one was written.
    await operator.controller.queue.idle();

    const [old] = await listClientSecrets(database.em.fork(), id);
    const minutes = ((old?.expiresAt?.getTime() ?? 0) - Date.now()) / 60_000;
    expect(first.status).toMatchObject({ credentials: { nextRotationAt: expect.any(String) } });
    expect(minutes).toBeGreaterThan(55);
    expect(minutes).toBeLessThan(61);
  });

  test('of one’s own is awaited, must be marked and long enough, and is followed when it changes', async ({
    cluster,
    database,
  }) => {
    const reasonOf = async () => {
      const { status } = await cluster.get('OIDCClient', 'own');
      return status?.conditions?.find(({ type }) => type === 'CredentialsReady')?.reason;
    };
    const marked = { 'permisolabs.eu/credential': 'true' };
    const id = idIn(cluster, 'own');
    await cluster.apply(
      oidcClient('own', { credentials: { secretRef: { name: 'mine', key: 'client-secret' } } }),
    );

    await vi.waitFor(async () => expect(await reasonOf()).toBe('SecretRefNotFound'));
    await cluster.apply(secret('mine', { 'client-secret': 'too short' }, marked));
    await vi.waitFor(async () => expect(await reasonOf()).toBe('SecretRefTooWeak'));
    await cluster.apply(secret('mine', { 'client-secret': 'a'.repeat(40) }, marked));
    await cluster.waitFor('OIDCClient', 'own', 'Ready');
    const first = await worksAsSecret(database, id, 'a'.repeat(40));
    await cluster.apply(secret('mine', { 'client-secret': 'b'.repeat(40) }, marked));
    await vi.waitFor(
      async () => expect(await worksAsSecret(database, id, 'b'.repeat(40))).toBe(true),
      5000,
    );

    expect(first).toBe(true);
  });

  test('of one’s own without the label is not read', async ({ cluster }) => {
    await cluster.apply(secret('unmarked', { key: 'c'.repeat(40) }));
    await cluster.apply(
      oidcClient('nosy', { credentials: { secretRef: { name: 'unmarked', key: 'key' } } }),
    );
    const object = await cluster.waitFor('OIDCClient', 'nosy', 'Ready=False');

    expect(object.status?.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe(
      'SecretRefNotLabelled',
    );
  });
});

test('a group that does not exist yet is awaited, and its arrival is told', async ({ cluster }) => {
  const name = `crew-${cluster.namespace}`;
  const verdict = async () => {
    const { status } = await cluster.get('OIDCClient', 'waiting');
    return status?.conditions?.find(({ type }) => type === 'GroupsResolved')?.status;
  };
  await cluster.apply(oidcClient('waiting', { access: { mode: 'Groups', groups: [name] } }));
  await cluster.waitFor('OIDCClient', 'waiting', 'GroupsResolved=False');

  await cluster.apply(group(name, { members: [] }));

  await vi.waitFor(async () => expect(await verdict()).toBe('True'));
});

test('a client that vanished from the database is declared again', async ({
  cluster,
  database,
}) => {
  await cluster.apply(oidcClient('vanished'));
  await cluster.waitFor('OIDCClient', 'vanished', 'Ready');
  const id = idIn(cluster, 'vanished');
  const owner = `kubernetes:OIDCClient/${cluster.namespace}/vanished` as const;

  await retireClient(database.em.fork(), id, owner);
  await sleep(50);

  await vi.waitFor(
    async () => expect(await findClient(database.em.fork(), id)).not.toBeNull(),
    5000,
  );
});
