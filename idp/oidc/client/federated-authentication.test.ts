import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportSPKI, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, vi } from 'vitest';
import {
  ADMIN,
  addClientSecret,
  type ClientDeclaration,
  declareClient,
  type EntityManager,
  type FederatedCredential,
  query,
  recordIssuerKeys,
} from '#core';
import { clientDeclaration } from '#core/testing';
import { type KeyPair, makeKey, present } from '../../testing/assertions.ts';
import { call, introspect } from '../../testing/relying-party.ts';
import { test as appTest, ORIGIN } from '../../testing/test.ts';

const SUBJECT = 'system:serviceaccount:apps:deployer';
const now = () => Math.floor(Date.now() / 1000);

interface Issuing {
  claims?: JWTPayload;
  header?: Partial<JWTHeaderParameters>;
  key?: KeyPair['privateKey'] | Uint8Array;
}

/** An issuer of tokens for workloads, with an address of its own and a key that it may change. */
interface Issuer {
  url: string;
  key: KeyPair;
  published: object[];
  document: Record<string, unknown>;
  redirects: boolean;
  isAway: boolean;
  asked: string[];

  /** An honest token for Permiso; tests override what they are about. */
  issue(issuing?: Issuing): Promise<string>;
}

const test = appTest.extend<{ issuer: Issuer; register: Register }>({
  issuer: async ({ task: _task }, use) => {
    const key = await makeKey('first');
    const issuer: Issuer = {
      url: '',
      key,
      published: [key.jwk],
      document: {},
      redirects: false,
      isAway: false,
      asked: [],
      issue: ({ claims = {}, header = {}, key: signing = issuer.key.privateKey } = {}) => {
        const honest = { iss: issuer.url, sub: SUBJECT, aud: [ORIGIN], iat: now() };
        return new SignJWT({ ...honest, exp: now() + 600, ...claims })
          .setProtectedHeader({ alg: 'ES256', kid: issuer.key.jwk.kid ?? '', ...header })
          .sign(signing);
      },
    };
    const server = createServer((request, response) => {
      issuer.asked.push(request.url ?? '');
      const isDocument = request.url === '/.well-known/openid-configuration';
      if (issuer.isAway) {
        response.writeHead(503).end();
      } else if (issuer.redirects && isDocument) {
        response.writeHead(302, { location: '/elsewhere' }).end();
      } else {
        const document = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys`, ...issuer.document };
        response.end(JSON.stringify(isDocument ? document : { keys: issuer.published }));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use(issuer);
    vi.useRealTimers();
    server.closeAllConnections();
    server.close();
  },
  register: async ({ em, issuer }, use) => {
    await use((credential = {}, overrides = {}) =>
      registerFederated(
        em,
        { name: 'pods', issuer: issuer.url, subject: SUBJECT, ...credential },
        overrides,
      ),
    );
  },
});

type Register = (
  credential?: Partial<FederatedCredential>,
  overrides?: Partial<ClientDeclaration>,
) => Promise<string>;

async function registerFederated(
  em: EntityManager,
  credential: FederatedCredential,
  overrides: Partial<ClientDeclaration>,
): Promise<string> {
  const id = `workload-${randomUUID()}`;
  const declaration = {
    grantTypes: ['client_credentials' as const],
    federatedCredentials: [credential],
    ...overrides,
  };
  await declareClient(em.fork(), clientDeclaration(id, declaration), ADMIN);
  return id;
}

describe('a workload', () => {
  test('proves itself by its own token, again and again until it expires, with client_id or without', async ({
    app,
    issuer,
    register,
  }) => {
    const id = await register();
    const token = await issuer.issue();

    const answers = [
      await present(app, token),
      await present(app, token, { client_id: id }),
      await present(app, token),
    ];
    const [{ access_token }] = answers.map((answer) => answer.json());
    const introspected = await present(app, token, { token: access_token }, '/oauth/introspect');

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(introspected.json()).toMatchObject({ active: true, client_id: id });
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('proves itself wherever clients do, and its token is kept nowhere', async ({
    app,
    em,
    issuer,
    register,
  }) => {
    const device = 'urn:ietf:params:oauth:grant-type:device_code' as const;
    const grantTypes: ClientDeclaration['grantTypes'] = [
      'authorization_code',
      'client_credentials',
      device,
    ];
    const id = await register({}, { grantTypes });
    const token = await issuer.issue();
    const request = {
      response_type: 'code',
      redirect_uri: `https://${id}.example.com/callback`,
      scope: 'openid',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    };

    const pushed = await present(app, token, { ...request, client_id: id }, '/oauth/par');
    const stranger = await present(app, token, { ...request, client_id: 'nobody' }, '/oauth/par');
    const begun = await present(app, token, { scope: 'openid' }, '/oauth/device/code');
    const { access_token } = (await present(app, token)).json();
    const revoked = await present(app, token, { token: access_token }, '/oauth/revoke');
    const after = await present(app, token, { token: access_token }, '/oauth/introspect');
    const [row] = await query<{ found: boolean }>(
      em,
      `select exists (select from oidc_records r where position($1 in r::text) > 0)
           or exists (select from audit_events a where position($1 in a::text) > 0) as found`,
      [token.split('.')[2]],
    );

    expect([pushed.statusCode, stranger.statusCode, begun.statusCode]).toEqual([201, 401, 200]);
    expect([revoked.statusCode, after.json()]).toEqual([200, { active: false }]);
    expect(row?.found).toBe(false);
  });

  test('of a namespace that is taken as a whole proves itself, one of another does not', async ({
    app,
    issuer,
    register,
  }) => {
    const id = await register({ subject: 'system:serviceaccount:apps:*' });
    const answer = async (sub: string) =>
      (await present(app, await issuer.issue({ claims: { sub } }), { client_id: id })).statusCode;

    expect([await answer(SUBJECT), await answer('system:serviceaccount:apps:other')]).toEqual([
      200, 200,
    ]);
    for (const sub of [
      'system:serviceaccount:apps-evil:deployer',
      'system:serviceaccount:apps:a:b',
      'system:serviceaccount:apps:',
      'system:serviceaccount:apps:*',
      'apps:*',
    ]) {
      expect([sub, await answer(sub)]).toEqual([sub, 401]);
    }
  });

  test('whose token several clients take must say which is meant', async ({
    app,
    issuer,
    register,
  }) => {
    const [first] = [await register({ subject: 'both' }), await register({ subject: 'both' })];
    const token = await issuer.issue({ claims: { sub: 'both' } });

    const open = await present(app, token);
    const clear = await present(app, token, { client_id: first });

    expect(open.json()).toEqual({
      error: 'invalid_client',
      error_description: expect.stringContaining('send client_id'),
    });
    expect(clear.statusCode).toBe(200);
  });

  test('is told apart by audience when it sends no client_id', async ({
    app,
    issuer,
    register,
  }) => {
    await register({ audience: 'one' });
    const two = await register({ audience: 'two' });
    const token = await issuer.issue({ claims: { aud: 'two' } });

    const { access_token } = (await present(app, token)).json();
    const { client_id } = (
      await present(app, token, { token: access_token }, '/oauth/introspect')
    ).json();

    expect(client_id).toBe(two);
  });

  test('loses access at once when the credential goes', async ({ app, em, issuer, register }) => {
    const id = await register();
    const token = await issuer.issue();
    const before = await present(app, token, { client_id: id });

    const grantTypes = ['client_credentials' as const];
    await declareClient(em.fork(), clientDeclaration(id, { grantTypes }), ADMIN);
    const after = await present(app, token, { client_id: id });

    expect([before.statusCode, after.statusCode]).toEqual([200, 401]);
  });
});

describe('a token', () => {
  test.for<[string, (issuer: Issuer) => Issuing | Promise<Issuing>]>([
    ['of another issuer', () => ({ claims: { iss: 'https://other.example' } })],
    ['of an issuer with a slash more', ({ url }) => ({ claims: { iss: `${url}/` } })],
    ['of another pod', () => ({ claims: { sub: 'system:serviceaccount:apps:stranger' } })],
    ['for somebody else', () => ({ claims: { aud: 'https://other.example' } })],
    ['for nobody', () => ({ claims: { aud: undefined as never } })],
    ['that has expired', () => ({ claims: { exp: now() - 60 } })],
    ['that never expires', () => ({ claims: { exp: undefined as never } })],
    ['that expires when the words say so', () => ({ claims: { exp: 'never' as never } })],
    ['that is not valid yet', () => ({ claims: { nbf: now() + 120 } })],
    ['with a key id that nobody knows', () => ({ header: { kid: 'unknown' } })],
    ['of another key with the same id', async () => ({ key: (await makeKey('first')).privateKey })],
  ])('%s is refused', async ([, wrong], { app, issuer, register }) => {
    const id = await register();
    const token = await issuer.issue(await wrong(issuer));

    const honest = await present(app, await issuer.issue(), { client_id: id });
    const [withId, without] = [
      await present(app, token, { client_id: id }),
      await present(app, token),
    ];

    expect(honest.statusCode).toBe(200);
    expect([withId.statusCode, without.statusCode]).toEqual([401, 401]);
    expect([withId.json().error, without.json().error]).toEqual(Array(2).fill('invalid_client'));
  });

  test('without a signature, or with the public key as the secret of one, is refused', async ({
    app,
    issuer,
    register,
  }) => {
    issuer.key = await makeKey('rsa', 'RS256');
    issuer.published = [issuer.key.jwk, { kty: 'oct', kid: 'oct', k: 'c2VjcmV0', alg: 'HS256' }];
    const id = await register();
    const honest = await issuer.issue({ header: { alg: 'RS256' } });
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const encode = (text: string) => new TextEncoder().encode(text);
    const secrets = [await exportSPKI(issuer.key.publicKey), issuer.key.jwk.n ?? '', 'secret'];

    const first = await present(app, honest, { client_id: id });
    const answers = await Promise.all(
      [
        `${none}.${honest.split('.')[1]}.`,
        `${honest.split('.').slice(0, 2).join('.')}.`,
        ...secrets.map((key) =>
          issuer.issue({ key: encode(key), header: { alg: 'HS256', kid: 'oct' } }),
        ),
      ].map(async (token) => present(app, await token, { client_id: id })),
    );

    expect(first.statusCode).toBe(200);
    expect(answers.map((answer) => answer.json().error)).toEqual(Array(5).fill('invalid_client'));
  });

  test('of one issuer does not verify with the keys of another', async ({
    app,
    em,
    issuer,
    register,
  }) => {
    const id = await register();
    const foreign = await makeKey('first');
    await recordIssuerKeys(em, 'https://foreign.example', [{ ...foreign.jwk }]);
    const theirs = await register({ issuer: 'https://foreign.example' });
    const forged = await issuer.issue({ key: foreign.privateKey });
    const own = await issuer.issue({
      key: foreign.privateKey,
      claims: { iss: 'https://foreign.example' },
    });

    expect((await present(app, forged, { client_id: id })).statusCode).toBe(401);
    expect((await present(app, own, { client_id: id })).statusCode).toBe(401);
    expect((await present(app, own, { client_id: theirs })).statusCode).toBe(200);
  });

  test('beside a secret is refused, and no secret opens the client', async ({
    app,
    em,
    issuer,
    register,
  }) => {
    const id = await register();
    const token = await issuer.issue();
    const params = { grant_type: 'client_credentials' };

    const both = await present(app, token, { client_id: id, client_secret: 'x' });
    const guesses = await Promise.all(
      ['by token', 'kept-as-hash', token].flatMap((secret) => [
        call(app, '/oauth/token', { clientId: id, secret, params }),
        call(app, '/oauth/token', { clientId: id, params: { ...params, client_secret: secret } }),
        call(app, '/oauth/token', { clientId: 'by token', secret, params }),
      ]),
    );
    const { value } = await addClientSecret(em, id, 'web');
    const afterwards = await call(app, '/oauth/token', { clientId: id, secret: value, params });

    expect(both.statusCode).toBe(400);
    expect(guesses.map(({ statusCode }) => statusCode)).toEqual(Array(9).fill(401));
    expect(afterwards.statusCode).toBe(200);
  });

  test('twice, or of another type, is refused as a bad request', async ({
    app,
    issuer,
    register,
  }) => {
    await register();
    const token = await issuer.issue();
    const fields = (type: string) =>
      `grant_type=client_credentials&client_assertion=${token}&client_assertion_type=${encodeURIComponent(type)}`;
    const send = (payload: string) =>
      app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload,
      });
    const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

    const twice = await send(`${fields(jwtBearer)}&client_assertion=${token}`);
    const saml = await send(fields('urn:ietf:params:oauth:client-assertion-type:saml2-bearer'));

    expect([twice.json().error, saml.json().error]).toEqual(['invalid_request', 'invalid_request']);
  });
});

describe('a refusal', () => {
  test('says the same for a client that is there and one that is not', async ({
    app,
    issuer,
    register,
  }) => {
    const id = await register();
    const token = await issuer.issue({ claims: { sub: 'stran"ger\n' } });

    const [known, unknown, nameless] = [
      await present(app, token, { client_id: id }),
      await present(app, token, { client_id: 'never-registered' }),
      await present(app, token),
    ];

    expect(known.json().error_description).toContain(
      `must name issuer ${issuer.url}, subject stran?ger? and one of the audiences ${ORIGIN}`,
    );
    expect(known.json().error_description).not.toContain(SUBJECT);
    expect([unknown.body, nameless.body]).toEqual([known.body, known.body]);
  });

  test('too often closes that client for a while, and no other', async ({
    app,
    issuer,
    register,
  }) => {
    const [id, other] = [await register(), await register({ subject: 'other' })];
    const wrong = await issuer.issue({ claims: { sub: 'stranger' } });
    const right = await issuer.issue();

    for (let tries = 0; tries < 61; tries += 1) {
      await present(app, wrong, { client_id: id });
    }
    const [named, nameless] = [
      await present(app, right, { client_id: id }),
      await present(app, right),
    ];
    const neighbour = await present(app, await issuer.issue({ claims: { sub: 'other' } }), {
      client_id: other,
    });

    expect([named.statusCode, nameless.statusCode, neighbour.statusCode]).toEqual([429, 429, 200]);
  });

  test('is audited once a minute, with what was expected and what the token said', async ({
    app,
    em,
    issuer,
    register,
  }) => {
    const id = await register();
    const wrong = await issuer.issue({ claims: { sub: 'stranger' } });

    await Promise.all(Array.from({ length: 8 }, () => present(app, wrong, { client_id: id })));
    const events = await query<{ details: object; actor: string }>(
      em,
      `select actor, details from audit_events where event = 'federated_credential_refused' and target = $1`,
      [`client:${id}`],
    );

    expect(events).toEqual([
      {
        actor: 'nobody',
        details: {
          why: expect.stringContaining('no federated credential'),
          expected: [{ issuer: issuer.url, subject: SUBJECT, audience: ORIGIN }],
          said: { issuer: issuer.url, subject: 'stranger', audiences: [ORIGIN] },
        },
      },
    ]);
  });
});

describe('the keys of an issuer', () => {
  test.for<[string, (issuer: Issuer) => void, string]>([
    ['that redirects', (issuer) => Object.assign(issuer, { redirects: true }), 'answers 302'],
    [
      'whose document speaks for another',
      (issuer) => Object.assign(issuer, { document: { issuer: 'https://other.example' } }),
      'speaks for another issuer',
    ],
    [
      'that names no address for them',
      (issuer) => Object.assign(issuer, { document: { jwks_uri: 'data:,{}' } }),
      'names no jwks_uri',
    ],
    [
      'that sends us into a private network for them',
      (issuer) => Object.assign(issuer, { document: { jwks_uri: 'https://169.254.169.254/k' } }),
      'no public address',
    ],
    ['that is away', (issuer) => Object.assign(issuer, { isAway: true }), 'answers 503'],
  ])('%s are not believed', async ([, spoil, words], { app, issuer, register, services }) => {
    spoil(issuer);
    const id = await register();
    const told = vi.spyOn(services.log, 'warn');

    const answer = await present(app, await issuer.issue(), { client_id: id });

    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client']);
    expect(told).toHaveBeenLastCalledWith(
      { publisher: issuer.url, why: expect.stringContaining(words) },
      expect.anything(),
    );
    told.mockRestore();
  });

  test('at a private address are not asked for', async ({ app, issuer, register, services }) => {
    const iss = 'https://10.0.0.1';
    const id = await register({ issuer: iss });
    const told = vi.spyOn(services.log, 'warn');

    const answer = await present(app, await issuer.issue({ claims: { iss } }), { client_id: id });

    expect(answer.statusCode).toBe(401);
    expect(told.mock.calls.map(([facts]) => facts)).toEqual([
      { publisher: iss, why: expect.stringContaining('no public address') },
    ]);
    told.mockRestore();
  });

  test('that no client names are not asked for', async ({ app, issuer, register }) => {
    const id = await register({ issuer: 'https://other.example' });

    await present(app, await issuer.issue(), { client_id: id });
    await present(app, await issuer.issue());

    expect(issuer.asked).toEqual([]);
  });

  test('are followed as they change, and outlive an hour of its absence', async ({
    app,
    issuer,
    register,
  }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const id = await register();
    const status = async (key = issuer.key) => {
      const header = { kid: key.jwk.kid ?? '' };
      const token = await issuer.issue({ key: key.privateKey, header });
      return (await present(app, token, { client_id: id })).statusCode;
    };
    const [old, next] = [issuer.key, await makeKey('next')];

    const before = await status(old);
    issuer.published = [old.jwk, next.jwk];
    vi.setSystemTime(Date.now() + 10_000);
    const announced = await status(next);
    issuer.published = [next.jwk];
    vi.setSystemTime(Date.now() + 60_000);
    const [withdrawn, now] = [await status(old), await status(next)];
    issuer.isAway = true;
    vi.setSystemTime(Date.now() + 59 * 60_000);
    const away = await status(next);
    vi.setSystemTime(Date.now() + 60_000);
    const tooLong = await status(next);

    expect([before, announced, withdrawn, now, away, tooLong]).toEqual([
      200, 200, 401, 200, 200, 401,
    ]);
  });

  test('are asked for once in ten seconds, whatever arrives', async ({ app, issuer, register }) => {
    const id = await register();
    await present(app, await issuer.issue(), { client_id: id });
    const asked = issuer.asked.length;

    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, n) =>
        present(app, await issuer.issue({ header: { kid: `made-up-${n}` } }), { client_id: id }),
      ),
    );

    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([401]));
    expect(issuer.asked).toHaveLength(asked);
  });
});

test('a client with a secret, keys and federated credentials may use each of them', async ({
  app,
  em,
  issuer,
  register,
}) => {
  const own = await makeKey('own');
  const id = await register({}, { jwks: { keys: [own.jwk] } });
  const { value: secret } = await addClientSecret(em, id, 'web');
  const assertion = await new SignJWT({ iss: id, sub: id, aud: ORIGIN, jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: 'own' })
    .setExpirationTime('1 minute')
    .sign(own.privateKey);

  const tokens = [
    (await present(app, assertion)).json().access_token,
    (await present(app, await issuer.issue())).json().access_token,
  ];

  for (const token of tokens) {
    const client = { clientId: id, secret, redirectUri: '' };
    expect(await introspect(app, client, token)).toMatchObject({ active: true, client_id: id });
  }
});
