import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportSPKI,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { describe, expect, vi } from 'vitest';
import {
  ADMIN,
  addClientSecret,
  type ClientDeclaration,
  type ClientKey,
  declareClient,
  type EntityManager,
  query,
} from '#core';
import { clientDeclaration } from '#core/testing';
import { type KeyPair, makeKey, present } from '../../testing/assertions.ts';
import { call } from '../../testing/relying-party.ts';
import { test as appTest, ORIGIN, startReplica } from '../../testing/test.ts';

/** A client without a secret, unless a test gives it one. */
async function registerKeys(
  em: EntityManager,
  overrides: Partial<ClientDeclaration>,
): Promise<string> {
  const id = `signer-${randomUUID()}`;
  const grantTypes = ['client_credentials' as const];
  await declareClient(em, clientDeclaration(id, { grantTypes, ...overrides }), ADMIN);
  return id;
}

interface Signing {
  claims?: JWTPayload;
  header?: Partial<JWTHeaderParameters>;
  key: CryptoKey | Uint8Array;
}

/** An honest assertion; tests override what they are about. */
function sign(clientId: string, { claims = {}, header = {}, key }: Signing): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const honest = { iss: clientId, sub: clientId, aud: ORIGIN, jti: randomUUID(), iat: now };
  return new SignJWT({ ...honest, exp: now + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(key);
}

const test = appTest.extend<{ published: { url: string; keys: ClientKey[]; asked: number } }>({
  published: async ({ task: _task }, use) => {
    const state = { url: '', keys: [] as ClientKey[], asked: 0 };
    const server = createServer((_request, response) => {
      state.asked += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: state.keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    await use(state);
    vi.useRealTimers();
    server.closeAllConnections();
    server.close();
  },
});

describe('a client with keys', () => {
  test.for(['ES256', 'RS256', 'PS256', 'EdDSA', 'ES384'])(
    'proves itself by a signature with %s',
    async (alg, { app, em }) => {
      const { privateKey: key, jwk } = await makeKey('first', alg);
      const id = await registerKeys(em, { jwks: { keys: [jwk] } });

      const answer = await present(app, await sign(id, { key, header: { alg } }));

      expect([answer.statusCode, answer.json().token_type]).toEqual([200, 'Bearer']);
    },
  );

  test('and no secret is never opened by a secret, guessed or left over', async ({ app, em }) => {
    const { jwk } = await makeKey('first');
    const id = await registerKeys(em, { jwks: { keys: [jwk] } });

    const params = { grant_type: 'client_credentials' };
    const answers = await Promise.all(
      ['kept-as-hash', 'undefined', 'null', jwk.x ?? '', 'a'].flatMap((secret) => [
        call(app, '/oauth/token', { clientId: id, secret, params }),
        call(app, '/oauth/token', { clientId: id, params: { ...params, client_secret: secret } }),
      ]),
    );
    const withNothing = await call(app, '/oauth/token', { clientId: id, params });

    expect([...answers, withNothing].map(({ statusCode }) => statusCode)).toEqual(
      Array(11).fill(401),
    );
  });

  test('and a secret uses either, but never both at once', async ({ app, em }) => {
    const { privateKey: key, jwk } = await makeKey('first');
    const id = await registerKeys(em, { jwks: { keys: [jwk] } });
    const { value: secret } = await addClientSecret(em, id, 'web');
    const params = { grant_type: 'client_credentials' };

    const bySecret = await call(app, '/oauth/token', { clientId: id, secret, params });
    const bySignature = await present(app, await sign(id, { key }));
    const byBoth = await present(app, await sign(id, { key }), { client_secret: secret });

    expect([bySecret, bySignature, byBoth].map(({ statusCode }) => statusCode)).toEqual([
      200, 200, 400,
    ]);
  });

  test('that it lost is not opened by the signature any more', async ({ app, em }) => {
    const [old, next] = [await makeKey('old'), await makeKey('next')];
    const id = await registerKeys(em, { jwks: { keys: [old.jwk] } });
    await present(app, await sign(id, { key: old.privateKey }));

    const declaration = { grantTypes: ['client_credentials' as const], jwks: { keys: [next.jwk] } };
    await declareClient(em.fork(), clientDeclaration(id, declaration), ADMIN);
    const answers = [
      await present(app, await sign(id, { key: old.privateKey })),
      await present(app, await sign(id, { key: next.privateKey })),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 200]);
  });

  test.for([
    ['the issuer', ORIGIN],
    ['the token endpoint', `${ORIGIN}/oauth/token`],
    ['a list with the issuer', [ORIGIN, 'https://other.example']],
  ])('may address its assertion to %s', async ([, aud], { app, em }) => {
    const { privateKey: key, jwk } = await makeKey('first');
    const id = await registerKeys(em, { jwks: { keys: [jwk] } });

    const answer = await present(
      app,
      await sign(id, { key, claims: { aud: aud as string | string[] } }),
    );

    expect(answer.statusCode).toBe(200);
  });

  test('inside the cluster may address it to what discovery names there', async ({
    database,
    databaseUrl,
    em,
    services,
  }) => {
    const inside = 'http://permiso-idp.permiso.svc:1812';
    const config = { ...services.config, INTERNAL_APP_URL: inside };
    const replica = await startReplica({ database, databaseUrl }, { config });
    const { privateKey: key, jwk } = await makeKey('first');
    const id = await registerKeys(em, { jwks: { keys: [jwk] } });

    const audiences = [`${inside}/oauth/token`, `${ORIGIN}/oauth/token`, inside];
    const statuses = [];
    for (const aud of audiences) {
      const answer = await present(replica.app, await sign(id, { key, claims: { aud } }));
      statuses.push(answer.statusCode);
    }
    await replica.stop();

    // An origin alone is nobody's name: the issuer has one form.
    expect(statuses).toEqual([200, 200, 401]);
  });
});

describe('an assertion', () => {
  const now = () => Math.floor(Date.now() / 1000);

  test.for<[string, (id: string) => Partial<Signing>]>([
    ['for another server', () => ({ claims: { aud: 'https://other.example' } })],
    ['for nobody', () => ({ claims: { aud: undefined as never } })],
    ['for a look-alike', () => ({ claims: { aud: `${ORIGIN}.evil.example` } })],
    ['that has expired', () => ({ claims: { exp: now() - 60 } })],
    ['that never expires', () => ({ claims: { exp: undefined as never } })],
    ['that is valid for longer than 5 minutes', () => ({ claims: { exp: now() + 360 } })],
    ['that is not valid yet', () => ({ claims: { nbf: now() + 120 } })],
    ['without an id of its own', () => ({ claims: { jti: undefined as never } })],
    ['in the name of another issuer', () => ({ claims: { iss: 'https://ci.example' } })],
    ['about another subject', () => ({ claims: { sub: 'somebody-else' } })],
    ['with an unknown key id', () => ({ header: { kid: 'unknown' } })],
  ])('%s is refused', async ([, wrong], { app, em }) => {
    const { privateKey: key, jwk } = await makeKey('first');
    const id = await registerKeys(em, { jwks: { keys: [jwk] } });

    const honest = await present(app, await sign(id, { key }));
    const answer = await present(app, await sign(id, { key, ...wrong(id) }));

    expect(honest.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ error: 'invalid_client' });
    expect(answer.statusCode).toBe(401);
  });

  test('without a signature, or with a public key as the secret of one, is refused', async ({
    app,
    em,
  }) => {
    const { publicKey, jwk } = await makeKey('first', 'RS256');
    const id = await registerKeys(em, { jwks: { keys: [jwk] } });
    const [, body] = (await sign(id, { key: (await makeKey('any')).privateKey })).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const encode = (text: string) => new TextEncoder().encode(text);

    const answers = await Promise.all([
      present(app, `${none}.${body}.`),
      ...[encode(await exportSPKI(publicKey)), encode(jwk.n ?? ''), encode('kept-as-hash')].map(
        async (key) => present(app, await sign(id, { key, header: { alg: 'HS256' } })),
      ),
    ]);

    expect(answers.map((answer) => answer.json().error)).toEqual(Array(4).fill('invalid_client'));
  });

  test('of another client is refused', async ({ app, em }) => {
    const [mine, theirs] = [await makeKey('first'), await makeKey('first')];
    const id = await registerKeys(em, { jwks: { keys: [mine.jwk] } });
    const other = await registerKeys(em, { jwks: { keys: [theirs.jwk] } });

    const forged = await present(app, await sign(id, { key: theirs.privateKey }));
    const borrowed = await present(app, await sign(other, { key: theirs.privateKey }), {
      client_id: id,
    });

    expect([forged.statusCode, borrowed.statusCode]).toEqual([401, 400]);
  });

  test('counts once, however many replicas are asked at once', async ({
    app,
    database,
    databaseUrl,
    em,
  }) => {
    const replica = await startReplica({ database, databaseUrl });
    const { privateKey: key, jwk } = await makeKey('first');
    const id = await registerKeys(em, { jwks: { keys: [jwk] } });
    const assertion = await sign(id, { key });

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => present(n % 2 ? app : replica.app, assertion)),
    );
    await replica.stop();

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(19);
  });

  test('of a public client, or of one without keys, is refused', async ({ app, em }) => {
    const { privateKey: key } = await makeKey('first');
    const grantTypes = ['authorization_code' as const];
    const ids = [
      await registerKeys(em, { type: 'public', grantTypes }),
      await registerKeys(em, {}),
      'never-registered',
    ];

    const answers = await Promise.all(ids.map(async (id) => present(app, await sign(id, { key }))));

    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401]);
  });
});

describe('keys that the application publishes', () => {
  test('are followed: a new one counts, a withdrawn one no longer', async ({
    app,
    em,
    published,
  }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const [old, next] = [await makeKey('old'), await makeKey('next')];
    const id = await registerKeys(em, { jwksUrl: published.url });
    const status = async ({ privateKey, jwk }: KeyPair) => {
      const assertion = sign(id, { key: privateKey, header: { kid: jwk.kid ?? '' } });
      return (await present(app, await assertion)).statusCode;
    };

    published.keys = [old.jwk];
    const first = await status(old);
    published.keys = [old.jwk, next.jwk];
    const tooSoon = await status(next);
    vi.setSystemTime(Date.now() + 10_000);
    const [announced, both] = [await status(next), await status(old)];
    published.keys = [next.jwk];
    vi.setSystemTime(Date.now() + 60_000);
    const [withdrawn, last] = [await status(old), await status(next)];

    expect([first, tooSoon, announced, both]).toEqual([200, 401, 200, 200]);
    expect([withdrawn, last]).toEqual([401, 200]);
    expect(published.asked).toBe(3);
  });

  test('are not asked of a private address', async ({ app, em, services }) => {
    const { privateKey: key } = await makeKey('first');
    const id = await registerKeys(em, { jwksUrl: 'https://10.0.0.1/jwks' });
    const told = vi.spyOn(services.log, 'warn');

    const answer = await present(app, await sign(id, { key }));

    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client']);
    expect(told.mock.calls.map(([facts]) => facts)).toEqual([
      { publisher: 'https://10.0.0.1/jwks', why: expect.stringContaining('no public address') },
    ]);
  });
});

test('what an assertion says is kept nowhere', async ({ app, em }) => {
  const { privateKey: key, jwk } = await makeKey('first');
  const id = await registerKeys(em, { jwks: { keys: [jwk] } });
  const assertion = await sign(id, { key });
  await present(app, assertion);

  const [row] = await query<{ found: boolean }>(
    em,
    `select exists (select from oidc_records r where position($1 in r::text) > 0) as found`,
    [assertion.split('.')[2]],
  );

  expect(row?.found).toBe(false);
});
