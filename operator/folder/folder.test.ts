import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseEnv } from 'node:util';
import { describe, expect, vi } from 'vitest';
import {
  ADMIN,
  createKeyring,
  createLogger,
  type Database,
  declareClient,
  findClient,
  followChanges,
  hashToken,
  listClientSecretHashes,
  listResources,
  retireClient,
} from '#core';
import { clientDeclaration, type RegistryAccess, test as registryTest } from '#core/testing';
import { createMetrics } from '../runtime/metrics.ts';
import { createFolderOperator } from './folder.operator.ts';

interface RunningOperator {
  stop(): Promise<void>;
}

interface Fixtures {
  folder: string;

  /**
   * Starts an operator over the folder; more than one after the other stand for restarts. It hears of changes in the
   * database from then on, or only after something else was done.
   */
  operate(beforeItHears?: () => Promise<void>): Promise<RunningOperator>;
  log: () => string;
}

const test = registryTest.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'permiso-folder-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
  log: async ({}, use) => {
    const lines: Buffer[] = [];
    written.on('data', (line) => lines.push(line));
    await use(() => Buffer.concat(lines).toString());
    written.removeAllListeners('data');
  },
  operate: async ({ asOperator, folder, log }, use) => {
    const running: RunningOperator[] = [];
    expect(log()).toBe('');
    await use(async (beforeItHears) => {
      const operator = await startOperator({ ...asOperator, folder }, beforeItHears);
      running.push(operator);
      return operator;
    });
    for (const operator of running) {
      await operator.stop();
    }
  },
});

const written = new PassThrough();

async function startOperator(
  { database, databaseUrl, folder }: RegistryAccess & { folder: string },
  beforeItHears: () => Promise<void> = async () => {},
): Promise<RunningOperator> {
  const stopping = new AbortController();
  const log = createLogger('info', written);
  const issuer = 'https://id.example.com';
  const controller = await createFolderOperator({
    database,
    log,
    issuer,
    folder,
    keyring: createKeyring(['a key for tests only']),
    tenancy: null,
    metrics: createMetrics(),
    onDeposed: () => {},
  });
  await controller.start(stopping.signal);
  await controller.queue.idle();
  await beforeItHears();
  const following = followChanges(databaseUrl, controller.changes, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await controller.stop();
      await following;
    },
  };
}

async function isLiving(database: Database, clientId: string, value: string): Promise<boolean> {
  const secrets = await listClientSecretHashes(database.em.fork(), clientId);
  return secrets.some(({ hash, expiresAt }) => hash === hashToken(value) && !expiresAt);
}

function clientYaml(name: string, spec = ''): string {
  return `
apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: ${name}, namespace: apps }
spec: { callbackURLs: ["https://${name}.example.com/callback"], clientID: ${name}, ${spec} }
`;
}

describe('a file in the folder', () => {
  test('declares a client and hands out credentials that work and only their owner may read', async ({
    database,
    em,
    folder,
    operate,
  }) => {
    await writeFile(join(folder, 'wiki.yaml'), clientYaml('wiki-1'));
    await operate();

    const path = join(folder, '.secrets/apps/wiki-1.env');
    const credentials = parseEnv(await readFile(path, 'utf8'));

    expect(await findClient(em, 'wiki-1')).toMatchObject({
      owner: 'kubernetes:OIDCClient/apps/wiki-1',
    });
    expect(credentials).toMatchObject({
      client_id: 'wiki-1',
      issuer_url: 'https://id.example.com',
    });
    expect(await isLiving(database, 'wiki-1', credentials.client_secret ?? '')).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('that is edited, added or removed takes effect while the operator runs', async ({
    database,
    folder,
    operate,
  }) => {
    const find = (id: string) => findClient(database.em.fork(), id);
    await operate();

    await writeFile(join(folder, 'a.yaml'), clientYaml('live'));
    await vi.waitFor(async () => expect(await find('live')).not.toBeNull());
    await writeFile(join(folder, 'a.yaml'), clientYaml('live', 'displayName: Renamed'));
    await vi.waitFor(async () => expect((await find('live'))?.name).toBe('Renamed'));
    await rm(join(folder, 'a.yaml'));
    await vi.waitFor(async () => expect(await find('live')).toBeNull());

    const file = join(folder, '.secrets/apps/live.env');
    await vi.waitFor(() => expect(stat(file)).rejects.toThrow('ENOENT'));
  });

  test('that was removed while nobody looked is retired at the next start', async ({
    em,
    folder,
    operate,
  }) => {
    await writeFile(join(folder, 'old.yaml'), clientYaml('old'));
    await (await operate()).stop();

    await rm(join(folder, 'old.yaml'));
    await operate();

    expect(await findClient(em, 'old')).toBeNull();
  });

  test('keeps its secret over restarts, and gets a new one when the file with it is lost', async ({
    database,
    folder,
    operate,
  }) => {
    const path = join(folder, '.secrets/apps/kept.env');
    await writeFile(join(folder, 'kept.yaml'), clientYaml('kept'));
    await (await operate()).stop();
    const first = await readFile(path, 'utf8');

    await (await operate()).stop();
    const second = await readFile(path, 'utf8');
    await rm(path);
    await (await operate()).stop();
    const third = await readFile(path, 'utf8');

    const secretIn = (text: string) => parseEnv(text).client_secret ?? '';
    expect(second).toBe(first);
    expect(secretIn(third)).not.toBe(secretIn(first));
    expect(await isLiving(database, 'kept', secretIn(third))).toBe(true);
  });
});

describe('a wrong file', () => {
  test('is told with file, field and sentence, and the rest of the folder goes on', async ({
    em,
    folder,
    log,
    operate,
  }) => {
    await writeFile(join(folder, 'a-broken.yaml'), 'kind: [');
    await writeFile(join(folder, 'b-illegal.yaml'), clientYaml('illegal', 'type: Secret'));
    await writeFile(join(folder, 'c-fine.yaml'), clientYaml('fine'));
    await operate();

    expect(await findClient(em, 'fine')).not.toBeNull();
    expect(await findClient(em, 'illegal')).toBeNull();
    expect(log()).toMatch(/"file":"a-broken.yaml".*not YAML/);
    expect(log()).toMatch(/"file":"b-illegal.yaml","field":"spec.type".*Confidential, Public/);
    expect(await listResources(em.fork())).toContainEqual(
      expect.objectContaining({ name: 'illegal', ready: false, reason: 'Invalid' }),
    );
  });

  test('leaves standing what it declared before, and says so until it is mended', async ({
    database,
    folder,
    operate,
  }) => {
    const verdict = async () =>
      (await listResources(database.em.fork())).find(({ name }) => name === 'stands');
    await writeFile(join(folder, 'stands.yaml'), clientYaml('stands'));
    await operate();

    await writeFile(join(folder, 'stands.yaml'), clientYaml('stands', 'pkce: Sometimes'));
    await vi.waitFor(
      async () => expect(await verdict()).toMatchObject({ ready: false, reason: 'Invalid' }),
      3000,
    );
    const meanwhile = await findClient(database.em.fork(), 'stands');
    await writeFile(join(folder, 'stands.yaml'), clientYaml('stands'));
    await vi.waitFor(async () => expect(await verdict()).toMatchObject({ ready: true }));

    expect(meanwhile).toMatchObject({ pkceRequired: true });
  });

  test('may not change what is fixed for good', async ({ database, folder, log, operate }) => {
    await writeFile(join(folder, 'fixed.yaml'), clientYaml('fixed'));
    await operate();

    await writeFile(
      join(folder, 'fixed.yaml'),
      clientYaml('fixed').replace('clientID: fixed', 'clientID: other'),
    );
    await vi.waitFor(() => expect(log()).toContain('"field":"spec.clientID"'));

    expect(await findClient(database.em.fork(), 'fixed')).not.toBeNull();
    expect(await findClient(database.em.fork(), 'other')).toBeNull();
  });

  test('of the same name as another is refused, and the first goes on', async ({
    em,
    folder,
    log,
    operate,
  }) => {
    await writeFile(join(folder, '1.yaml'), clientYaml('twin', 'displayName: First'));
    await writeFile(join(folder, '2.yaml'), clientYaml('twin', 'displayName: Second'));
    await operate();

    expect((await findClient(em, 'twin'))?.name).toBe('First');
    expect(log()).toMatch(/"file":"2.yaml".*in another document already/);
  });
});

describe('a client id that somebody else holds', () => {
  test.for([
    ['while the operator listens', 'wanted-later'],
    ['just before it listens', 'wanted-soon'],
  ] as const)(
    'is a conflict, and becomes the resource’s when it is freed %s',
    async ([moment, id], { database, em, folder, operate }) => {
      const verdict = async () =>
        (await listResources(database.em.fork())).find(({ name }) => name === id);
      await declareClient(em, clientDeclaration(id), ADMIN);
      await writeFile(join(folder, `${id}.yaml`), clientYaml(id));
      const seen: unknown[] = [];
      const free = async () => {
        seen.push(await verdict());
        await retireClient(em.fork(), id, ADMIN);
      };

      if (moment === 'just before it listens') {
        await operate(free);
      } else {
        await operate();
        await free();
      }
      await vi.waitFor(async () => expect(await verdict()).toMatchObject({ ready: true }));

      expect(seen).toMatchObject([{ ready: false, reason: 'Conflict' }]);
      expect(await findClient(database.em.fork(), id)).toMatchObject({
        owner: `kubernetes:OIDCClient/apps/${id}`,
      });
    },
  );
});

test('the examples that we ship are all taken', async ({ em, folder, log, operate }) => {
  const examples = join(import.meta.dirname, '../../crds/examples');
  await mkdir(folder, { recursive: true });
  for (const name of ['oidcclient.yaml', 'group.yaml']) {
    await writeFile(join(folder, name), await readFile(join(examples, name), 'utf8'));
  }
  await operate();

  const resources = await listResources(em);
  expect(log()).not.toContain('refused');
  expect(resources.length).toBeGreaterThanOrEqual(3);
});
