import { generateKeyPairSync } from 'node:crypto';
import { describe, expect } from 'vitest';
import { type ClientDeclaration, query } from '#core';
import { test } from '../testing/openid-client/test.ts';
import { registerClient } from '../testing/relying-party.ts';
import { DEVICE_GRANT } from './device/device.service.ts';

type ClientKey = NonNullable<ClientDeclaration['jwks']>['keys'][number];

/** Of ES256, as JWK. */
function createKey() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: pair.publicKey.export({ format: 'jwk' }) as ClientKey,
    privateKey: pair.privateKey.export({ format: 'jwk' }),
  };
}

const urn = (clientId: string) => `urn:permiso:client:${clientId}`;

/** openid-client in a process of its own, over HTTP; of two replicas no two requests in a row reach the same. */
describe('a certified application, whatever is begun on one replica and finished on another,', () => {
  test('signs a person in, who agrees once', async ({ em, ada, drive }) => {
    const client = await registerClient(em);

    const first = await drive({ flow: 'signIn', client });
    const steps = [...ada.steps];
    const second = await drive({ flow: 'signIn', client });

    expect(first).toMatchObject({
      facts: {
        claims: { sub: ada.id, aud: client.clientId, amr: ['pop', 'user', 'mfa'] },
        person: { sub: ada.id, email_verified: false },
        scope: 'openid profile email groups',
      },
    });
    expect(steps).toEqual(['consent']);
    expect(second).toHaveProperty('facts');
    expect(ada.steps).toEqual([]);
  });

  test.for(['ES256', 'RS256', 'EdDSA'] as const)(
    'verifies ID tokens signed by %s',
    async (alg, { em, ada, drive }) => {
      const client = await registerClient(em, { idTokenSigningAlg: alg, skipConsent: true });
      const outcome = await drive({ flow: 'signIn', client, options: { alg } });

      expect(outcome).toMatchObject({ facts: { claims: { sub: ada.id } } });
    },
  );

  test('without a secret lives by PKCE', async ({ em, ada, drive }) => {
    const client = await registerClient(em, { type: 'public' });

    const outcome = await drive({ flow: 'signIn', client });

    expect(outcome).toMatchObject({ facts: { claims: { sub: ada.id } } });
  });

  test.for(['query', 'fragment', 'form_post'])(
    'is answered by %s, in which it finds the issuer',
    async (mode, { em, ada, drive }) => {
      const client = await registerClient(em, { skipConsent: true });

      const outcome = await drive({ flow: 'signIn', client, params: { response_mode: mode } });

      expect(outcome).toMatchObject({ facts: { claims: { sub: ada.id } } });
    },
  );

  test('takes no answer that names another issuer', async ({ em, drive }) => {
    const client = await registerClient(em, { skipConsent: true });
    const options = { issuerInAnswer: 'https://evil.example' };

    const outcome = await drive({ flow: 'signIn', client, options });

    expect(outcome).toMatchObject({ failure: { message: expect.stringContaining('iss') } });
  });

  test('pushes its request, binds its tokens to a key, refreshes, asks and revokes', async ({
    em,
    ada,
    drive,
  }) => {
    const client = await registerClient(em, { requirePushedAuthorizationRequests: true });

    const outcome = await drive({ flow: 'pushBindRefreshRevoke', client });

    expect(outcome).toMatchObject({
      facts: {
        type: 'dpop',
        before: { active: true, sub: ada.id, cnf: { jkt: expect.any(String) } },
        person: { sub: ada.id },
        stolen: 401,
        after: { active: false },
      },
    });
  });

  test('refreshes again and again', async ({ em, ada, drive }) => {
    const client = await registerClient(em);
    const params = { scope: 'openid profile offline_access' };

    const outcome = await drive({ flow: 'refreshTwice', client, params });

    expect(outcome).toMatchObject({ facts: { claims: { sub: ada.id }, scope: params.scope } });
  });

  test('gets tokens in its own name, for itself and for another', async ({ em, drive }) => {
    const client = await registerClient(em, {
      grantTypes: ['client_credentials'],
      callbackUrls: [],
    });
    const api = await registerClient(em);

    const own = await drive({ flow: 'machine', client });
    const other = await drive({ flow: 'machine', client, params: { resource: urn(api.clientId) } });

    const active = { active: true, client_id: client.clientId };
    expect(own).toMatchObject({ facts: { token: active, after: { active: false } } });
    expect(other).toMatchObject({ facts: { token: { ...active, aud: api.clientId } } });
  });

  test('gets a person’s token for another application, which alone may ask about it', async ({
    em,
    ada,
    drive,
  }) => {
    const [client, api, stranger] = [
      await registerClient(em),
      await registerClient(em),
      await registerClient(em),
    ];
    const params = { resource: urn(api.clientId) };
    const askedBy = ({ clientId, ...rest }: typeof api) => ({ api: { id: clientId, ...rest } });

    const known = await drive({ flow: 'forAnother', client, params, options: askedBy(api) });
    const strange = await drive({ flow: 'forAnother', client, params, options: askedBy(stranger) });

    expect(known).toMatchObject({ facts: { token: { active: true, sub: ada.id } } });
    expect(strange).toEqual({ facts: { token: { active: false } } });
  });

  test('without a browser shows a code, and is let in once somebody has agreed', async ({
    em,
    ada,
    drive,
  }) => {
    const client = await registerClient(em, {
      grantTypes: [DEVICE_GRANT, 'refresh_token'],
      callbackUrls: [],
    });

    const outcome = await drive({ flow: 'device', client });

    expect(outcome).toMatchObject({ facts: { claims: { sub: ada.id }, person: { sub: ada.id } } });
    expect(ada.steps).toEqual(['device', 'consent']);
  });

  test('proves itself by its key, and by no other', async ({ em, drive }) => {
    const [mine, other] = [createKey(), createKey()];
    const client = await registerClient(em, {
      grantTypes: ['client_credentials'],
      callbackUrls: [],
      jwks: { keys: [mine.publicKey] },
    });
    const prove = (key: object) => drive({ flow: 'machine', client, options: { key } });

    const right = await prove(mine.privateKey);
    const wrong = await prove(other.privateKey);

    expect(right).toMatchObject({ facts: { token: { client_id: client.clientId } } });
    expect(wrong).toMatchObject({ failure: { error: 'invalid_client' } });
  });

  test('signs the person out, has them back, and its refresh token ended', async ({
    em,
    ada,
    drive,
  }) => {
    const landing = 'https://wiki.example.com/left';
    const client = await registerClient(em, { logoutCallbackUrls: [landing] });

    const outcome = await drive({ flow: 'signOut', client, options: { landing } });
    const after = await drive({ flow: 'signIn', client, params: { prompt: 'none' } });

    expect(outcome).toEqual({
      facts: { landing: { url: `${landing}?state=left` }, refused: 'invalid_grant' },
    });
    expect(after).toMatchObject({ failure: { error: 'login_required' } });
    expect(ada.steps).toEqual([]);
  });

  test('that wants no page gets one of nobody', async ({ em, ada, drive }) => {
    const [asking, closed, open] = [
      await registerClient(em),
      await registerClient(em, { accessMode: 'nobody', skipConsent: true }),
      await registerClient(em, { skipConsent: true }),
    ];
    const params = { prompt: 'none' };
    const error = (code: string) => ({ failure: { error: code } });

    expect(await drive({ flow: 'signIn', client: asking, params })).toMatchObject(
      error('consent_required'),
    );
    expect(await drive({ flow: 'signIn', client: closed, params })).toMatchObject(
      error('access_denied'),
    );
    expect(await drive({ flow: 'signIn', client: open, params })).toHaveProperty('facts');
    await ada.signOut();
    expect(await drive({ flow: 'signIn', client: open, params })).toMatchObject(
      error('login_required'),
    );
    expect(ada.steps).toEqual([]);
  });

  test('that a person may not open gets access_denied after they read why', async ({
    em,
    ada,
    drive,
  }) => {
    const client = await registerClient(em, { accessMode: 'nobody' });

    const outcome = await drive({ flow: 'signIn', client });

    expect(outcome).toMatchObject({ failure: { error: 'access_denied' } });
    expect(ada.steps).toEqual(['access']);
  });

  test.for([
    ['prompt=login', { prompt: 'login' }, ['login']],
    ['max_age=0', { max_age: '0' }, ['login']],
    ['max_age=3599', { max_age: '3599' }, ['login']],
    ['max_age=7200', { max_age: '7200' }, []],
    ['prompt=login consent', { prompt: 'login consent' }, ['login', 'consent']],
    ['prompt=consent', { prompt: 'consent' }, ['consent']],
  ] as const)(
    'that says %s of a session an hour old has the person asked for what it says',
    async ([, params, steps], { em, ada, drive }) => {
      const client = await registerClient(em, { skipConsent: true });
      await query(
        em,
        `update sessions set authenticated_at = now() - interval '1 hour' where user_id = $1`,
        [ada.id],
      );

      const outcome = await drive({ flow: 'signIn', client, params: { ...params } });

      expect(outcome).toMatchObject({ facts: { claims: { sub: ada.id } } });
      expect(ada.steps).toEqual(steps);
    },
  );
});
