import { connect, createServer, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, vi } from 'vitest';
import {
  ADMIN,
  addClientSecret,
  connectDatabase,
  declareClient,
  type EntityManager,
  query,
} from '#core';
import { clientDeclaration } from '#core/testing';
import { RegistryChanges } from '../http/services.ts';
import { authorize, authorizeUrl, exchange } from '../testing/relying-party.ts';
import { test as appTest, startReplica } from '../testing/test.ts';
import { createClientCache } from './client/client-cache.ts';

/** Stands between a replica and PostgreSQL; what is cut is refused at the door, what is frozen gets no answer. */
async function startProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const state = { isCut: false, isFrozen: false };
  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [[inner, outer] as const, [outer, inner] as const]) {
      sockets.add(socket);
      socket.on('data', (data) => state.isFrozen || other.write(data));
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as { port: number };
  const url = new URL(databaseUrl);
  url.port = String(port);
  const disconnect = () => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  const cut = () => {
    state.isCut = true;
    server.close();
    disconnect();
  };
  return {
    url: url.href,
    cut,
    async restore() {
      if (state.isCut) {
        await listen(port);
      }
      if (state.isFrozen) {
        disconnect();
      }
      Object.assign(state, { isCut: false, isFrozen: false });
    },
    freeze() {
      state.isFrozen = true;
    },
  };
}

interface OutageFixtures {
  proxy: Awaited<ReturnType<typeof startProxy>>;

  /** A replica whose database can be taken away. */
  replica: FastifyInstance;

  /** What the replica has heard of. */
  heard: Set<string>;
}

const test = appTest.extend<OutageFixtures>({
  proxy: async ({ databaseUrl }, use) => {
    const proxy = await startProxy(databaseUrl);
    await use(proxy);
    proxy.cut();
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
  heard: async ({}, use) => {
    await use(new Set());
  },
  replica: async ({ proxy, heard }, use) => {
    const database = await connectDatabase(proxy.url);
    const started = await startReplica({ database, databaseUrl: proxy.url });
    started.services.changes.add({
      onChange: ({ table, key }) => heard.add(`${table}/${key}`),
      onGap: () => {},
    });
    await vi.waitFor(() => expect(started.services.changes.isLive).toBe(true));
    await use(started.app);
    await proxy.restore();
    await started.stop();
    await database.close();
  },
});

let count = 0;

async function registerClient(em: EntityManager, overrides = {}) {
  count += 1;
  const declaration = clientDeclaration(`app-${count}`, { skipConsent: true, ...overrides });
  await declareClient(em, declaration, ADMIN);
  const { value: secret } = await addClientSecret(em, declaration.id, 'web');
  return { clientId: declaration.id, secret, redirectUri: declaration.callbackUrls[0] ?? '' };
}

const BROWSER = { accept: 'text/html' };

describe('while the database is away', () => {
  test('discovery, keys and known clients are still there', async ({
    em,
    heard,
    proxy,
    replica,
  }) => {
    const client = await registerClient(em);
    await vi.waitFor(() => expect(heard).toContain(`client_secrets/${client.clientId}`));
    const { url } = authorizeUrl({ ...client, redirectUri: 'https://evil.example/' });
    const before = await replica.inject({ url, headers: BROWSER });

    proxy.cut();
    const during = await replica.inject({ url, headers: BROWSER });
    const discovery = await replica.inject('/.well-known/openid-configuration');
    const keys = await replica.inject('/.well-known/jwks.json');

    expect([before, during, discovery, keys].map(({ statusCode }) => statusCode)).toEqual([
      400, 400, 200, 200,
    ]);
    expect(during.body).toBe(before.body);
    expect(keys.json().keys).toHaveLength(3);
  });

  test('what needs it is answered 503, to be tried again in a second', async ({
    em,
    proxy,
    replica,
  }) => {
    const client = await registerClient(em);
    const { url } = authorizeUrl(client);
    await replica.inject(url);

    proxy.cut();
    const api = await replica.inject({ method: 'POST', url: '/api/session/options', payload: {} });
    const params = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'x' };
    const token = await exchange(replica, { ...client, params });
    const page = await replica.inject({ url, headers: BROWSER });
    const answers = [api, token, page];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503]);
    expect(answers.map(({ headers }) => headers['retry-after'])).toEqual(['1', '1', '1']);
    expect(page.headers.location).toBeUndefined();
    expect(page.body).toContain('database_unavailable');
    expect(api.json().code).toBe('database_unavailable');
    expect(token.json()).toMatchObject({
      code: 'database_unavailable',
      error: 'temporarily_unavailable',
    });
  });

  test('the process is alive and not ready', async ({ proxy, replica }) => {
    const ready = await replica.inject('/readyz');

    proxy.cut();
    const alive = await replica.inject('/healthz');
    const unready = await replica.inject('/readyz');

    expect([ready, alive, unready].map(({ statusCode }) => statusCode)).toEqual([200, 200, 503]);
  });

  test('a known client is remembered for five minutes, and an unknown one is an error', async ({
    em,
    proxy,
  }) => {
    const { clientId } = await registerClient(em);
    const database = await connectDatabase(proxy.url);
    const clock = { now: Date.now() };
    const clients = createClientCache(database, new RegistryChanges(), () => clock.now);
    await clients.find(clientId);

    proxy.cut();
    clock.now += 5 * 60_000 - 1;
    const during = await clients.find(clientId);
    clock.now += 1;

    expect(during?.client_id).toBe(clientId);
    await expect(clients.find(clientId)).rejects.toThrow();
    await expect(clients.find('nobody')).rejects.toThrow();
    await database.close();
  });
});

test('a database that hangs leaves the process alive and not ready', async ({ proxy, replica }) => {
  proxy.freeze();

  const alive = await replica.inject('/healthz');
  const unready = await replica.inject('/readyz');

  expect([alive.statusCode, unready.statusCode]).toEqual([200, 503]);
});

test('when the database is back, people sign in again, and what changed meanwhile is in force', async ({
  em,
  proxy,
  replica,
  signUp,
}) => {
  const [client, changed] = [await registerClient(em), await registerClient(em)];
  const { browser } = await signUp('ada');
  const { url } = authorizeUrl(changed);
  const before = await replica.inject(url);

  proxy.cut();
  await query(em, 'update clients set callback_urls = $2 where id = $1', [
    changed.clientId,
    ['https://moved.example/'],
  ]);
  await proxy.restore();
  await vi.waitFor(
    async () => expect((await replica.inject('/readyz')).statusCode).toBe(200),
    10_000,
  );
  const { code, verifier } = await authorize(browser, client);
  const tokens = await exchange(replica, {
    ...client,
    params: {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: client.redirectUri,
    },
  });

  expect(before.statusCode).toBe(303);
  expect(tokens.statusCode).toBe(200);
  expect((await replica.inject(url)).statusCode).toBe(400);
});
