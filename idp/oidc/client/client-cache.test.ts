import { describe, expect, vi } from 'vitest';
import {
  ADMIN,
  addClientSecret,
  declareClient,
  type EntityManager,
  expireOtherClientSecrets,
  followChanges,
  hashToken,
  retireClient,
} from '#core';
import { clientDeclaration, test as registryTest } from '#core/testing';
import { RegistryChanges } from '../../http/services.ts';
import { type ClientCache, createClientCache } from './client-cache.ts';

interface Replica {
  clients: ClientCache;
  changes: RegistryChanges;
  /** Stands still, so that nothing becomes visible by waiting. */
  clock: { now: number };
}

interface CacheFixtures {
  replicas: [Replica, Replica];

  /** Declares a client and waits until both replicas have heard of it. */
  declared(id: string): Promise<void>;
}

const test = registryTest.extend<CacheFixtures>({
  replicas: async ({ database, databaseUrl }, use) => {
    const stopping = new AbortController();
    const replicas = [1, 2].map(() => {
      const changes = new RegistryChanges();
      const clock = { now: Date.now() };
      const clients = createClientCache(database, changes, () => clock.now);
      return { clients, changes, clock };
    }) as [Replica, Replica];
    const following = replicas.map(({ changes }) =>
      followChanges(databaseUrl, changes, stopping.signal),
    );
    await vi.waitFor(() => expect(replicas.every(({ changes }) => changes.isLive)).toBe(true));
    await use(replicas);
    stopping.abort();
    await Promise.all(following);
  },
  declared: async ({ em, replicas }, use) => {
    const heard = replicas.map(({ changes }) => {
      const keys = new Set<string>();
      changes.add({ onChange: ({ key }) => keys.add(key), onGap: () => {} });
      return keys;
    });
    await use(async (id) => {
      await declareClient(em, clientDeclaration(id), ADMIN);
      await vi.waitFor(() => expect(heard.every((keys) => keys.has(id))).toBe(true));
    });
  },
});

async function nameOf({ clients }: Replica, id: string): Promise<unknown> {
  return (await clients.find(id))?.client_name;
}

async function hashesOf({ clients }: Replica, id: string): Promise<unknown[]> {
  return ((await clients.find(id))?.secret_hashes as unknown[] | undefined) ?? [];
}

/** Changes the row as no honest program does: without a word to the feed. */
async function renameInSilence(em: EntityManager, id: string): Promise<void> {
  await em.transactional(async (tx) => {
    await tx.execute('set local session_replication_role = replica');
    await tx.execute(`update clients set name = 'renamed in silence' where id = '${id}'`);
  });
}

describe('a client that was looked up', () => {
  test('is not asked of the database again while nothing changes', async ({
    declared,
    em,
    replicas,
  }) => {
    await declared('wiki');
    const [replica] = replicas;
    await nameOf(replica, 'wiki');

    await renameInSilence(em, 'wiki');

    expect(await nameOf(replica, 'wiki')).toBe('wiki');
  });

  test('is asked again after five seconds, whatever the feed said', async ({
    declared,
    em,
    replicas,
  }) => {
    await declared('blog');
    const [replica] = replicas;
    await nameOf(replica, 'blog');
    await renameInSilence(em, 'blog');

    replica.clock.now += 5_000;

    expect(await nameOf(replica, 'blog')).toBe('renamed in silence');
  });

  test('is asked again after a gap in the feed, and each time while there is none', async ({
    declared,
    em,
    replicas,
  }) => {
    await declared('shop');
    const [afterGap, withoutFeed] = replicas;
    await nameOf(afterGap, 'shop');
    await nameOf(withoutFeed, 'shop');
    await renameInSilence(em, 'shop');

    afterGap.changes.onGap();
    withoutFeed.changes.onBroken();

    expect(await nameOf(afterGap, 'shop')).toBe('renamed in silence');
    expect(await nameOf(withoutFeed, 'shop')).toBe('renamed in silence');
  });

  test('is changed and gone on every replica as soon as it is in the registry', async ({
    declared,
    em,
    replicas,
  }) => {
    await declared('mail');
    const names = () => Promise.all(replicas.map((replica) => nameOf(replica, 'mail')));
    const first = await names();

    await declareClient(em, clientDeclaration('mail', { name: 'New mail' }), ADMIN);
    await vi.waitFor(async () => expect(await names()).toEqual(['New mail', 'New mail']));
    await retireClient(em, 'mail', ADMIN);
    await vi.waitFor(async () => expect(await names()).toEqual([undefined, undefined]));

    expect(first).toEqual(['mail', 'mail']);
  });

  test('has its new secrets on every replica, and a secret no longer than it is valid', async ({
    declared,
    em,
    replicas,
  }) => {
    await declared('forge');
    const counts = async () =>
      (await Promise.all(replicas.map((replica) => hashesOf(replica, 'forge')))).map(
        ({ length }) => length,
      );
    const none = await counts();

    await addClientSecret(em, 'forge', 'declared');
    await vi.waitFor(async () => expect(await counts()).toEqual([1, 1]));
    const { secret, value } = await addClientSecret(em, 'forge', 'declared');
    const at = new Date(replicas[0].clock.now + 1_000);
    await expireOtherClientSecrets(em, 'forge', { keep: secret.id, at });
    await vi.waitFor(async () => expect(await counts()).toEqual([2, 2]));
    replicas[0].clock.now += 1_000;

    expect(none).toEqual([0, 0]);
    expect(await hashesOf(replicas[0], 'forge')).toEqual([hashToken(value)]);
  });

  test('is given to each caller as a copy of its own', async ({ declared, replicas }) => {
    await declared('chat');
    const [{ clients }] = replicas;

    const spoilt = await clients.find('chat');
    (spoilt as { redirect_uris: string[] }).redirect_uris.push('https://evil.example/');

    expect((await clients.find('chat'))?.redirect_uris).toEqual([
      'https://chat.example.com/callback',
    ]);
  });
});

test('an unknown client is known as soon as it is declared', async ({ em, replicas }) => {
  const [replica] = replicas;
  const before = await nameOf(replica, 'late');

  await declareClient(em, clientDeclaration('late'), ADMIN);

  expect([before, await nameOf(replica, 'late')]).toEqual([undefined, 'late']);
});
