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
  type User,
} from '#core';
import { person, test as registryTest } from '#core/testing';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { RegistryChanges, type Services } from '../http/services.ts';
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
}

/** What one replica has: `createApp` makes it answer, and several may share a database. */
export async function startServices({
  database,
  databaseUrl,
}: {
  database: Database;
  databaseUrl: string;
}) {
  const config = readConfig({
    APP_URL: ORIGIN,
    ENCRYPTION_KEY: 'a key for tests only',
    DB_CONNECTION_STRING: databaseUrl,
    APP_ENV: 'development',
  });
  const keyring = createKeyring([config.ENCRYPTION_KEY]);
  const em = database.em.fork();
  await assertEncryptionKey(em, keyring);
  await ensureSigningKeys(em, keyring);
  const stopping = new AbortController();
  const services: Services = {
    config,
    database,
    keyring,
    signingKeys: await listSigningKeys(em, keyring),
    changes: new RegistryChanges(),
    log: createLogger('silent'),
    draining: { value: false },
    stopping: stopping.signal,
  };
  const following = followChanges(databaseUrl, services.changes, stopping.signal);
  return {
    services,
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

export const test = registryTest.extend<AppFixtures>({
  services: [
    async ({ database, databaseUrl }, use) => {
      const replica = await startServices({ database, databaseUrl });
      await use(replica.services);
      await replica.stop();
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
});
