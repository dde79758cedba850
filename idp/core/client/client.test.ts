import { generateKeyPairSync } from 'node:crypto';
import { describe, expect } from 'vitest';
import { ADMIN, kubernetesOwner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { clientDeclaration, test } from '../testing/test.ts';
import type { ClientDeclaration, ClientKey } from './client.declaration.ts';
import { declareClient, findClient, getClient, retireClient } from './client.registry.ts';
import { addClientSecret, listClientSecrets } from './client-secret.registry.ts';

const GRAFANA = kubernetesOwner('OIDCClient', 'apps', 'grafana');

describe('declaring a client', () => {
  test('twice changes nothing the second time', async ({ em }) => {
    const first = await declareClient(em, clientDeclaration('repeated'), ADMIN);
    const second = await declareClient(em.fork(), clientDeclaration('repeated'), ADMIN);

    expect([first.changed, second.changed]).toEqual([true, false]);
    expect(second.client.updatedAt).toEqual(first.client.updatedAt);
  });

  test('that another owner holds is refused by name, and changes nothing', async ({ em }) => {
    await declareClient(em, clientDeclaration('grafana'), GRAFANA);

    const theft = declareClient(em, clientDeclaration('grafana', { name: 'Mine now' }), ADMIN);

    await expect(theft).rejects.toMatchObject({
      code: 'owned_elsewhere',
      message:
        'client "grafana" is declared by kubernetes:OIDCClient/apps/grafana and can only be changed there',
    });
    expect((await getClient(em.fork(), 'grafana')).name).toBe('grafana');
  });

  test('leaves one row when two do it at once', async ({ database }) => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        declareClient(database.em.fork(), clientDeclaration('raced'), ADMIN),
      ),
    );

    expect(attempts.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await findClient(database.em.fork(), 'raced')).not.toBeNull();
  });

  test.for<[string, Partial<ClientDeclaration>, string]>([
    ['runs code', { callbackUrls: ['javascript:alert(1)'] }, 'not safe to redirect to'],
    ['renders itself', { callbackUrls: ['data:text/html,hi'] }, 'not safe to redirect to'],
    [
      'leaves the machine unencrypted',
      { callbackUrls: ['http://wiki.example/cb'] },
      'must use https',
    ],
    [
      'carries a fragment',
      { callbackUrls: ['https://wiki.example/cb#x'] },
      'must not carry a fragment',
    ],
    ['runs code after sign-out', { logoutCallbackUrls: ['javascript:alert(1)'] }, 'not safe'],
    ['renders itself after sign-out', { logoutCallbackUrls: ['data:text/html,hi'] }, 'not safe'],
    [
      'leaves the machine after sign-out',
      { logoutCallbackUrls: ['http://wiki.example/out'] },
      'must use https',
    ],
    ['runs code in capitals', { callbackUrls: ['JavaScript:alert(1)'] }, 'not safe'],
    ['runs code behind a blank', { callbackUrls: [' javascript:alert(1)'] }, 'white space'],
    ['runs code behind a tab', { callbackUrls: ['java\tscript:alert(1)'] }, 'white space'],
    ['has an empty fragment', { callbackUrls: ['https://wiki.example/cb#'] }, 'fragment'],
    ['runs code on a tile', { launchUrl: 'javascript:alert(1)' }, 'must be an https URL'],
    ['runs code in a picture', { logoUrl: 'data:image/svg+xml,<svg/>' }, 'must be an https URL'],
    [
      'hears of sign-outs in clear',
      { backchannelLogoutUrl: 'http://wiki.example/out' },
      'must use https',
    ],
    ['hides its host', { callbackUrls: ['https://good@evil.example/'] }, 'user information'],
    ['has a wildcard', { callbackUrls: ['https://*.example.com/cb'] }, 'wildcard'],
    ['is relative', { callbackUrls: ['/cb'] }, 'not an absolute URL'],
    ['goes nowhere', { callbackUrls: [] }, 'at least one callback URL'],
    [
      'is one of too many',
      { callbackUrls: Array.from({ length: 65 }, (_, n) => `https://a.example/${n}`) },
      'at most 64',
    ],
    ['opens a file', { launchUrl: 'file:///etc/passwd' }, 'must be an https URL'],
    ['names no group', { accessMode: 'groups', accessGroups: [] }, 'at least one group'],
    ['is public without PKCE', { type: 'public', pkceRequired: false }, 'must use PKCE'],
    ['is where keys leave unencrypted', { jwksUrl: 'http://wiki.example/jwks' }, 'must use https'],
    [
      'belongs to an issuer without encryption',
      { federatedCredentials: [{ name: 'a', issuer: 'http://ci.example', subject: 'b' }] },
      'must use https',
    ],
  ])('whose URL or access %s is refused with the reason', async ([, overrides, reason], { em }) => {
    const refused = declareClient(em, clientDeclaration('unsafe', overrides), ADMIN);

    await expect(refused).rejects.toThrow(reason);
    expect(await findClient(em.fork(), 'unsafe')).toBeNull();
  });

  test.for([
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:8080/cb',
    'com.example.app:/cb',
  ])('with %s is accepted (RFC 8252)', async (url, { em }) => {
    const { client } = await declareClient(
      em,
      clientDeclaration('native', { callbackUrls: [url] }),
      ADMIN,
    );

    expect(client.callbackUrls).toEqual([url]);
  });
});

describe('the keys of a client', () => {
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
  const { privateKey, publicKey } = ec('P-256');
  const jwk = publicKey.export({ format: 'jwk' }) as ClientKey;
  const rsa = (modulusLength: number) =>
    generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' }) as ClientKey;

  test.for<[string, object[], string]>([
    ['private one', [privateKey.export({ format: 'jwk' })], 'private or symmetric'],
    ['symmetric one', [{ kty: 'oct', k: 'c2VjcmV0' }], 'private or symmetric'],
    ['symmetric one without its value', [{ kty: 'oct' }], 'must be an RSA key'],
    ['short RSA key', [rsa(1024)], 'at least 2048'],
    ['key of an unknown kind', [{ kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' }], 'must be an RSA key'],
    ['curve of another purpose', [{ ...jwk, crv: 'secp256k1' }], 'must be an RSA key'],
    ['point that is on no curve', [{ ...jwk, x: jwk.y }], 'not a complete public key'],
    ['key for encryption', [{ ...jwk, use: 'enc' }], 'not meant for signatures'],
    [
      'key id twice',
      [
        { ...jwk, kid: 'a' },
        { ...jwk, kid: 'a' },
      ],
      'the same kid',
    ],
    ['key too many', Array.from({ length: 17 }, () => jwk), '1 to 16'],
    ['key too few', [], '1 to 16'],
  ])('with a %s are refused', async ([, keys, reason], { em }) => {
    const jwks = { keys: keys as ClientKey[] };

    const refused = declareClient(em, clientDeclaration('signer', { jwks }), ADMIN);

    await expect(refused).rejects.toThrow(reason);
    expect(await findClient(em.fork(), 'signer')).toBeNull();
  });

  test('are compared at adoption', async ({ em }) => {
    await declareClient(em, clientDeclaration('adopted', { jwks: { keys: [jwk] } }), ADMIN);
    const adopt = (keys: ClientKey[]) =>
      declareClient(em.fork(), clientDeclaration('adopted', { jwks: { keys } }), GRAFANA, {
        adoption: 'if_match',
      });

    await expect(adopt([{ ...jwk, kid: 'other' }])).rejects.toThrow('differs in: jwks');
    expect((await adopt([{ ...jwk }])).client.owner).toBe(GRAFANA);
  });

  test('are refused to a public client, by the database too', async ({ em }) => {
    const jwks = { keys: [jwk] };
    const refused = declareClient(em, clientDeclaration('open', { type: 'public', jwks }), ADMIN);
    await expect(refused).rejects.toThrow('keeps no key');

    await declareClient(em.fork(), clientDeclaration('open', { type: 'public' }), ADMIN);
    const forced = query(em, `update clients set jwks = '{"keys":[]}' where id = 'open'`);

    await expect(forced).rejects.toThrow('check constraint');
  });
});

describe('retiring a client', () => {
  test('takes its secrets along and may be repeated', async ({ em }) => {
    await declareClient(em, clientDeclaration('gone'), ADMIN);
    await addClientSecret(em, 'gone', 'web');

    await retireClient(em, 'gone', ADMIN);
    await retireClient(em, 'gone', ADMIN);

    expect(await findClient(em.fork(), 'gone')).toBeNull();
    expect(await listClientSecrets(em.fork(), 'gone')).toEqual([]);
  });

  test('of another owner leaves it alone', async ({ em }) => {
    await declareClient(em, clientDeclaration('kept'), GRAFANA);

    await retireClient(em, 'kept', ADMIN);

    expect(await findClient(em.fork(), 'kept')).not.toBeNull();
  });
});

describe('the database itself', () => {
  test('refuses a change to an owned row by anybody else, whatever our code forgot', async ({
    em,
  }) => {
    await declareClient(em, clientDeclaration('guarded'), GRAFANA);

    for (const sql of [
      `update clients set name = 'stolen' where id = 'guarded'`,
      `delete from clients where id = 'guarded'`,
      `update clients set owner = 'admin' where id = 'guarded'`,
    ]) {
      await expect(query(em, sql)).rejects.toThrow(
        'is declared by kubernetes:OIDCClient/apps/grafana',
      );
    }
  });

  test('refuses a row in the name of somebody who is not acting', async ({ em }) => {
    await declareClient(em, clientDeclaration('own'), ADMIN);

    const forgery = query(em, `update clients set owner = $1 where id = 'own'`, [GRAFANA]);

    await expect(forgery).rejects.toThrow('in the name of');
  });

  test('keeps the audit log append-only', async ({ em }) => {
    await declareClient(em, clientDeclaration('audited'), ADMIN);

    await expect(query(em, `update audit_events set actor = 'nobody'`)).rejects.toThrow(
      'append-only',
    );
  });
});
