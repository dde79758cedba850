import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALGORITHMS, type Fido2, type Lie, startFido2 } from './fido2/authenticator.ts';
import { ADA } from './people.ts';
import { Permiso } from './permiso.ts';

const { ES256, ...OTHERS } = ALGORITHMS;

/** What is wrong with an answer, and what it is refused for: that, and nothing else that happens to be wrong too. */
const LIES: [Lie, RegExp][] = [
  ['another domain', /RP ID hash/],
  ['another origin', /response origin "https:\/\/evil.example"/],
  ['another ceremony', /response type/],
  ['a frame of another site', /another site/],
  ['no user verification', /user could not be verified/],
];
const SIGN_IN_LIES: typeof LIES = [...LIES, ["another challenge's signature", /signature/]];

/** WebAuthn as others understand it: messages that python-fido2 builds, sent by a client that has no browser. */
describe('a passkey of python-fido2', () => {
  let permiso: Permiso;
  let fido2: Fido2;
  let cookies: Map<string, string>;

  beforeAll(async () => {
    permiso = await Permiso.create();
    [fido2] = await Promise.all([startFido2(), permiso.start()]);
    cookies = new Map();
  });

  afterAll(async () => {
    fido2?.stop();
    await permiso.remove();
  });

  async function post(path: string, body: object = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${permiso.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: permiso.url, cookie },
      body: JSON.stringify(body),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  }

  async function register(path: string, algorithm: number, { lie, details = {} }: Asked = {}) {
    const { body: options } = await post(`${path}/options`, details);
    const asked = { ceremony: 'create', options, origin: permiso.url, algorithm, lie } as const;
    return post(path, { credential: await fido2.answer(asked) });
  }

  async function signIn(algorithm: number, lie?: Lie) {
    const { body: options } = await post('/api/session/options');
    const asked = { ceremony: 'get', options, origin: permiso.url, algorithm, lie } as const;
    return post('/api/session', { credential: await fido2.answer(asked) });
  }

  interface Asked {
    lie?: Lie;
    details?: object;
  }

  test.for(LIES)('makes no account with %s', async ([lie, reason]) => {
    const details = { displayName: ADA.name, email: ADA.email, username: ADA.username };

    const { status, body } = await register('/api/set-up', ES256, { lie, details });

    expect({ status, code: body.code }).toEqual({ status: 401, code: 'passkey_refused' });
    expect(body.title).toMatch(reason);
  });

  test('makes the first account, and signs in', async () => {
    const details = { displayName: ADA.name, email: ADA.email, username: ADA.username };

    const account = await register('/api/set-up', ES256, { details });
    const session = await signIn(ES256);

    expect(account.status).toBe(200);
    expect(session.body.user.username).toBe('ada');
  });

  test.for(Object.entries(OTHERS))('of %s is added, and signs in', async ([, algorithm]) => {
    const added = await register('/api/account/passkeys', algorithm);
    cookies.clear();
    const session = await signIn(algorithm);

    expect(added.status).toBe(201);
    expect(session.body.user.username).toBe('ada');
  });

  test.for(
    Object.entries(ALGORITHMS).flatMap(([name, algorithm]) =>
      SIGN_IN_LIES.map(([lie, reason]) => ({ name, lie, reason, algorithm })),
    ),
  )('of $name signs nobody in with $lie', async ({ lie, reason, algorithm }) => {
    const { status, body } = await signIn(algorithm, lie);

    expect({ status, code: body.code }).toEqual({ status: 401, code: 'passkey_refused' });
    expect(body.title).toMatch(reason);
  });
});
