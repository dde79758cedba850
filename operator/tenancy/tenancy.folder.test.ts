import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createKeyring, createLogger, findClient, listResources } from '#core';
import { test } from '#core/testing';
import { createFolderOperator } from '../folder/folder.operator.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { oidcClient } from '../testing/manifests.ts';

test('the rules hold for a folder of YAML as well, where nothing else would', async ({
  database,
  asOperator,
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-folder-'));
  const stopping = new AbortController();
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, namespace] of [
    ['allowed', 'team-a'],
    ['refused', 'team-b'],
    ['own', 'default'],
  ] as const) {
    const manifest = oidcClient(name, {}, { namespace });
    await writeFile(join(folder, `${name}.yaml`), JSON.stringify(manifest));
  }

  const controller = await createFolderOperator({
    database: asOperator.database,
    folder,
    log: createLogger('silent'),
    issuer: 'https://id.example.com',
    keyring: createKeyring(['a key for tests only']),
    tenancy: {
      rules: [{ namespaces: ['team-a'], allowedCallbackHosts: ['*'] }],
      ownNamespace: 'default',
    },
    metrics: createMetrics(),
    onDeposed: () => {},
  });
  await controller.start(stopping.signal);
  await controller.queue.idle();
  stopping.abort();
  await controller.stop();

  const verdicts = await listResources(database.em.fork());
  expect(Object.fromEntries(verdicts.map(({ name, reason }) => [name, reason]))).toEqual({
    allowed: 'Reconciled',
    refused: 'NamespaceNotAllowed',
    own: 'Reconciled',
  });
  expect(await findClient(database.em.fork(), 'team-b.refused')).toBeNull();
});
