import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askDatabase, inDatabase } from './database.ts';
import { apply, helm, kubectl, readManifest } from './kubectl.ts';
import { openApplication, setUp, type Visit, visit } from './people.ts';
import {
  APPLICATION_URL,
  CRDS,
  install,
  letGo,
  NAMESPACE,
  prepareNamespace,
  startApplication,
} from './stage.ts';

const KEY = 'permiso-encryption-key';
const KEPT_KEY = { encryptionKey: { existingSecret: { name: KEY } } };
const CLIENTS = 'select id, created_at, owner from clients order by id';

describe('what was declared, and who signed up,', () => {
  let outside: Visit;
  let before: string;

  beforeAll(async () => {
    await prepareNamespace();
    await install();
    outside = await visit();
    await setUp(outside.ada);
    await declare();
    before = await askDatabase(CLIENTS);
  });

  afterAll(() => outside?.close());

  test('is there again on an empty cluster, from a dump and the encryption key', async () => {
    const dump = await inDatabase('pg_dump -U permiso --no-owner permiso');
    const key = await kubectl('get', 'secret', KEY, '-n', NAMESPACE, '-o', 'jsonpath={.data.*}');

    await prepareNamespace();
    const data = { 'encryption-key': key };
    await apply(NAMESPACE, { apiVersion: 'v1', kind: 'Secret', metadata: { name: KEY }, data });
    await inDatabase('psql -q -U permiso -v ON_ERROR_STOP=1', dump);
    await install(KEPT_KEY);
    await declare();
    await startApplication();
    await outside.reconnect();
    const buttons = ['Sign in with a passkey', 'Allow'];
    await outside.ada.context.clearCookies();
    const { claims } = await openApplication(outside.ada, buttons);

    expect(claims).toMatchObject({ preferred_username: 'ada' });
    expect(await askDatabase(CLIENTS)).toBe(before);
  });

  test('outlives an uninstall, and definitions that are deleted without an operator', async () => {
    await helm('uninstall', 'permiso', '-n', NAMESPACE, '--wait');
    await kubectl('delete', 'crd', ...CRDS, '--wait=false');
    await letGo();
    await kubectl('wait', 'crd', ...CRDS, '--for=delete', '--timeout=60s');

    await install(KEPT_KEY);
    await declare();
    await outside.ada.context.clearCookies();
    const { claims } = await openApplication(outside.ada, ['Sign in with a passkey']);

    expect(claims).toMatchObject({ preferred_username: 'ada' });
    expect(await askDatabase(CLIENTS)).toBe(before);
  });

  test('goes when it is deleted before the operator, but for what Orphan promised', async () => {
    const kinds = CRDS.join(',');
    await kubectl('delete', kinds, '--all', '-n', NAMESPACE, '--timeout=60s');
    await helm('uninstall', 'permiso', '-n', NAMESPACE, '--wait');
    await kubectl('delete', 'crd', ...CRDS, '--timeout=60s');

    await install(KEPT_KEY);
    const left = await askDatabase(`select id, owner from clients order by id`);

    expect(left).toBe(`${NAMESPACE}.keepsake|admin`);
    expect(await askDatabase(`select username from users`)).toBe('ada');
  });
});

async function declare(): Promise<void> {
  await apply(NAMESPACE, await readManifest('resources', { applicationUrl: APPLICATION_URL }));
  await kubectl(
    ...['wait', CRDS.join(','), '--all', '-n', NAMESPACE],
    ...['--for=condition=Ready', '--timeout=60s'],
  );
}
