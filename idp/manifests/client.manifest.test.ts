import { generateKeyPairSync } from 'node:crypto';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import {
  ADMIN,
  addClientSecret,
  type ClientDeclaration,
  type ClientKey,
  declareClient,
  kubernetesOwner,
  listClientSecrets,
  type Owner,
} from '#core';
import { clientDeclaration } from '#core/testing';
import { validateManifest } from '../../operator/crd/manifest.validation.ts';
import type { OidcClientSpec } from '../../operator/oidc-client/oidc-client.crd.ts';
import { toDeclaration } from '../../operator/oidc-client/oidc-client.declaration.ts';
import type { Resource } from '../../operator/runtime/resource.ts';
import { test } from '../testing/test.ts';

const RESOURCE = kubernetesOwner('OIDCClient', 'apps', 'wiki');

function newKey(): ClientKey {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...(publicKey.export({ format: 'jwk' }) as ClientKey), kid: 'y', use: 'sig' };
}

/** Every field in another way than a client has it by default. */
const FULL: Partial<ClientDeclaration> = {
  name: 'no: "Wiki" & Söhne # 1',
  callbackUrls: ['https://wiki.example.com/cb?a=b&c=d', 'com.example.wiki:/cb'],
  logoutCallbackUrls: ['http://localhost:3000/'],
  backchannelLogoutUrl: 'https://wiki.example.com/bcl',
  launchUrl: 'https://wiki.example.com',
  logoUrl: 'https://wiki.example.com/logo.png',
  grantTypes: ['client_credentials', 'authorization_code'],
  pkceRequired: false,
  requireReauthentication: true,
  requirePushedAuthorizationRequests: true,
  skipConsent: true,
  idTokenSigningAlg: 'EdDSA',
  accessTokenLifetime: 90,
  idTokenLifetime: 5_400,
  refreshTokenLifetime: 90 * 24 * 3600,
  accessMode: 'groups',
  accessGroups: ['staff', 'no', '12:30', 'Ärzte'],
  jwks: { keys: [newKey()] },
  federatedCredentials: [
    { name: 'pod', issuer: 'https://kubernetes.default.svc', subject: 'system:serviceaccount:a:*' },
    { name: 'ci', issuer: 'https://ci.example', subject: 'repo:a/b', audience: 'permiso' },
  ],
};

const clients: [string, Partial<ClientDeclaration>, Owner][] = [
  ['made here that says nothing but its name', {}, ADMIN],
  ['made here with everything', FULL, ADMIN],
  ['made here for nobody', { accessMode: 'nobody' }, ADMIN],
  ['made here for a device of a person', { type: 'public' }, ADMIN],
  ['made here with published keys', { jwksUrl: 'https://wiki.example.com/jwks' }, ADMIN],
  ['of a resource', FULL, RESOURCE],
];

describe('the manifest of a client', () => {
  test.for(clients)(
    '%s passes the schema and declares the very same',
    async ([, overrides, owner], { admin, em }) => {
      const id = `${crypto.randomUUID()}_Wiki~`;
      const declaration = clientDeclaration(id, {
        name: 'Wiki',
        callbackUrls: ['https://wiki.example.com/callback'],
        ...overrides,
      });
      await declareClient(em, declaration, owner);

      const answer = await admin.get(`/api/clients/${id}/manifest`);

      expect(answer.headers['content-type']).toBe('text/yaml; charset=utf-8');
      const verdict = validateManifest(parse(answer.body, { schema: 'yaml-1.1' }), undefined);
      if (!('resource' in verdict)) {
        throw new Error(`${JSON.stringify(verdict.errors)} in ${answer.body}`);
      }
      const resource = verdict.resource as unknown as Resource<OidcClientSpec>;
      expect(toDeclaration(resource)).toEqual(declaration);
      expect(resource.spec.adoption).toBe(owner === ADMIN ? 'IfMatch' : 'Never');
    },
  );

  test('leaves out what is so by default, and every secret', async ({ admin, em }) => {
    await declareClient(em, clientDeclaration('wiki'), ADMIN);
    const { value } = await addClientSecret(em, 'wiki', 'web');

    const { body } = await admin.get('/api/clients/wiki/manifest');

    expect(body).toBe(`apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata:
  name: wiki
spec:
  clientID: wiki
  callbackURLs:
    - https://wiki.example.com/callback
  adoption: IfMatch
`);
    expect(body).not.toContain(value);
  });

  test('of a resource names it as it is', async ({ admin, em }) => {
    const declaration = clientDeclaration('apps.notes', { name: 'notes' });
    await declareClient(em, declaration, kubernetesOwner('OIDCClient', 'apps', 'notes'));

    expect(parse((await admin.get('/api/clients/apps.notes/manifest')).body)).toEqual({
      apiVersion: 'permisolabs.eu/v1alpha1',
      kind: 'OIDCClient',
      metadata: { namespace: 'apps', name: 'notes' },
      spec: { callbackURLs: ['https://apps.notes.example.com/callback'] },
    });
  });

  test('takes the client over when it is applied, with its secrets', async ({ admin, em }) => {
    const id = 'handed-over';
    await declareClient(em, clientDeclaration(id, FULL), ADMIN);
    const { secret } = await addClientSecret(em, id, 'web');
    const { body } = await admin.get(`/api/clients/${id}/manifest`);
    const verdict = validateManifest(parse(body, { schema: 'yaml-1.1' }), undefined);
    const resource = (verdict as { resource: unknown }).resource as Resource<OidcClientSpec>;

    const { client } = await declareClient(em.fork(), toDeclaration(resource), RESOURCE, {
      adoption: 'if_match',
    });

    expect(client.owner).toBe(RESOURCE);
    expect(await listClientSecrets(em.fork(), id)).toMatchObject([{ id: secret.id }]);
  });

  test('is for administrators only', async ({ browser, signUp }) => {
    const { browser: member } = await signUp('member');

    expect((await browser.get('/api/clients/wiki/manifest')).statusCode).toBe(401);
    expect((await member.get('/api/clients/wiki/manifest')).statusCode).toBe(403);
  });
});
