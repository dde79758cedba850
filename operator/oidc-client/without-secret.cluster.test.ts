import { generateKeyPairSync } from 'node:crypto';
import { expect, vi } from 'vitest';
import { hashToken, listClientSecretHashes } from '#core';
import { oidcClient } from '../testing/manifests.ts';
import { operatorTest as test } from '../testing/operator.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'first' }] };

test('a client with keys is ready without a Secret', async ({ cluster, database }) => {
  await cluster.apply(oidcClient('signer', { jwks }));
  const ready = await cluster.waitFor('OIDCClient', 'signer', 'Ready');

  expect(ready.status).toMatchObject({
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'CredentialsReady', status: 'True', reason: 'NoSecret' }),
    ]),
  });
  expect(ready.status).not.toHaveProperty('credentials');
  expect(await cluster.find('Secret', 'signer-oidc')).toBeNull();
  expect(await listClientSecretHashes(database.em.fork(), `${cluster.namespace}.signer`)).toEqual(
    [],
  );
});

test('a client that turns from a secret to keys loses the secret, and gets another when its author asks', async ({
  cluster,
  database,
}) => {
  const id = `${cluster.namespace}.turning`;
  const living = async () =>
    (await listClientSecretHashes(database.em.fork(), id)).map(({ hash }) => hash);
  await cluster.apply(oidcClient('turning'));
  await cluster.waitFor('OIDCClient', 'turning', 'Ready');
  const { values: before } = await cluster.secret('turning-oidc');

  await cluster.apply(oidcClient('turning', { jwks, credentials: {} }));
  await cluster.waitFor('OIDCClient', 'turning', 'Ready');
  const both = await living();
  await cluster.apply(oidcClient('turning', { jwks }));
  await vi.waitFor(async () => expect(await living()).toEqual([]));
  await cluster.apply(oidcClient('turning', { jwks, credentials: {} }));
  await vi.waitFor(async () => expect(await living()).toHaveLength(1));
  await cluster.waitFor('OIDCClient', 'turning', 'Ready');
  const { values: after } = await cluster.secret('turning-oidc');

  expect(both).toEqual([hashToken(before.client_secret ?? '')]);
  expect(await living()).toEqual([hashToken(after.client_secret ?? '')]);
  expect(after.client_secret).not.toBe(before.client_secret);
});
