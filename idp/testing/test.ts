import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import {
  assertEncryptionKey,
  createKeyring,
  createLogger,
  createUser,
  type Database,
  ensureSigningKeys,
  followChanges,
  listSigningKeys,
  query,
  type User,
} from '#core';
import { person, test as registryTest } from '#core/testing';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { createOutbound } from '../http/outbound.ts';
import { RegistryChanges, type Services } from '../http/services.ts';
import { createClientCache } from '../oidc/client/client-cache.ts';
import { SoftwareAuthenticator } from './authenticator.ts';
import { Browser } from './browser.ts';
import { signUpPerson } from './people.ts';

export const ORIGIN = 'https://id.example.com';

interface SignedUp {
  user: User;
  browser: Browser;
  authenticator: SoftwareAuthenticator;
}

interface AppFixtures {
  services: Services;

  /** The IdP, as it answers HTTP. */
  app: FastifyInstance;

  /** A fresh browser, signed in as nobody. */
  browser: Browser;

  /** Signs somebody up by an invite, with a passkey, in a browser of their own. */
  signUp(username: string): Promise<SignedUp>;

  /** The browser of an administrator who is signed in. */
  admin: Browser;
}

/**
 * What one replica has: `createApp` makes it answer, and several may share a database. It hears of changes only when
 * a test lets it follow them; until then it keeps no copies and asks the registry each time.
 */
export async function buildServices({
  database,
  databaseUrl,
  stopping = new AbortController().signal,
}: {
  database: Database;
  databaseUrl: string;
  stopping?: AbortSignal;
}): Promise<Services> {
  const config = readConfig({
    APP_URL: ORIGIN,
    ENCRYPTION_KEY: 'a key for tests only',
    DB_CONNECTION_STRING: databaseUrl,
    APP_ENV: 'development',
    OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8',
  });
  const keyring = createKeyring([config.ENCRYPTION_KEY]);
  const em = database.em.fork();
  await assertEncryptionKey(em, keyring);
  await ensureSigningKeys(em, keyring);
  const changes = new RegistryChanges();
  return {
    config,
    database,
    keyring,
    signingKeys: await listSigningKeys(em, keyring),
    changes,
    clients: createClientCache(database, changes),
    log: createLogger('silent'),
    outbound: createOutbound({ privateNetworks: config.OUTBOUND_PRIVATE_NETWORKS }),
    metrics: null,
    draining: { value: false },
    stopping,
  };
}

/** A replica that hears of changes, as in production. */
export async function startReplica(
  means: { database: Database; databaseUrl: string },
  overrides: Partial<Services> = {},
) {
  const stopping = new AbortController();
  const services = {
    ...(await buildServices({ ...means, stopping: stopping.signal })),
    ...overrides,
  };
  const app = await createApp(services);
  const following = followChanges(means.databaseUrl, services.changes, stopping.signal);
  return {
    app,
    services,
    async stop() {
      stopping.abort();
      await app.close();
      await following;
    },
  };
}

export const test = registryTest.extend<AppFixtures>({
  services: [
    async ({ database, databaseUrl }, use) => {
      await use(await buildServices({ database, databaseUrl }));
    },
    { scope: 'file' },
  ],
  app: [
    async ({ services }, use) => {
      const app = await createApp(services);
      await use(app);
      await app.close();
    },
    { scope: 'file' },
  ],
  browser: async ({ app }, use) => {
    await use(new Browser(app, ORIGIN));
  },
  signUp: async ({ app, em }, use) => {
    const host = () =>
      createUser(em, person(`host-${randomUUID().slice(0, 8)}`), {
        id: randomUUID(),
        isAdmin: true,
      });
    await use(async (username) => {
      const browser = new Browser(app, ORIGIN);
      const authenticator = new SoftwareAuthenticator(ORIGIN);
      const user = await signUpPerson({ em, browser, authenticator }, await host(), username);
      return { user, browser, authenticator };
    });
  },
  admin: async ({ signUp, em }, use) => {
    const { browser, user } = await signUp(`admin-${randomUUID().slice(0, 8)}`);
    await query(em, 'update users set is_admin = true where id = $1', [user.id]);
    await use(browser);
  },
});
