import { describe, expect } from 'vitest';
import { createKeyring } from '../encryption/keyring.ts';
import { ensureSigningKeys, listSigningKeys } from '../signing-key/signing-key.registry.ts';
import { test } from '../testing/test.ts';
import {
  assertEncryptionKey,
  closeSetUp,
  ensureBootstrapCode,
  isSetUpOpen,
} from './instance.registry.ts';

const keyring = createKeyring(['a key for tests only']);

describe('two replicas that start on an empty database at once', () => {
  test('end with one set of signing keys', async ({ database }) => {
    const starts = Array.from({ length: 4 }, () => ensureSigningKeys(database.em.fork(), keyring));
    await Promise.all(starts);

    const keys = await listSigningKeys(database.em.fork(), keyring);

    expect(keys.map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'EdDSA', 'RS256']);
  });

  test('tell the same bootstrap code', async ({ database }) => {
    const told = await Promise.all(
      Array.from({ length: 4 }, () => ensureBootstrapCode(database.em.fork(), keyring)),
    );

    expect(new Set(told).size).toBe(1);
    expect(told[0]).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('a database that was encrypted with another key is not touched, and the reason is told', async ({
  em,
}) => {
  await assertEncryptionKey(em, keyring);
  const other = createKeyring(['not the key of the tests']);

  await expect(assertEncryptionKey(em, other)).rejects.toThrow('another ENCRYPTION_KEY');
  await expect(assertEncryptionKey(em, keyring)).resolves.toBeUndefined();
});

test('set-up closes for one of twenty parallel attempts, and for good', async ({
  database,
  em,
}) => {
  const before = await isSetUpOpen(em);
  const attempts = await Promise.allSettled(
    Array.from({ length: 20 }, () => closeSetUp(database.em.fork())),
  );

  expect(before).toBe(true);
  expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await isSetUpOpen(em)).toBe(false);
});
