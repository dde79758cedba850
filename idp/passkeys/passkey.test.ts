import { describe, expect } from 'vitest';
import { query } from '#core';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { signIn } from '../testing/people.ts';
import { ORIGIN, test } from '../testing/test.ts';

async function answer(browser: Browser, authenticator: SoftwareAuthenticator, lie = {}) {
  const options = await browser.post('/api/session/options');
  return browser.post('/api/session', { credential: authenticator.get(options.json(), lie) });
}

describe('signing in with a passkey', () => {
  test('works, and gives the browser a session with a new token', async ({ signUp }) => {
    const { browser, authenticator } = await signUp('ada');
    const before = browser.cookie('__Host-permiso_session');

    await signIn(browser, authenticator);

    const session = await browser.get('/api/session');
    expect(session.json().user).toMatchObject({ username: 'ada' });
    expect(browser.cookie('__Host-permiso_session')).not.toBe(before);
  });

  test.for([
    ['of another origin', { origin: 'https://evil.example' }],
    ['with a flipped signature', { breakSignature: true }],
    ['without user verification', { flags: 0x01 | 0x08 | 0x10 }],
    ['that changed whether it may be synced', { flags: 0x01 | 0x04 }],
    [
      'that names another account',
      { userHandle: Buffer.from('somebody-else').toString('base64url') },
    ],
    ['that nobody registered', { id: Buffer.from('unknown').toString('base64url') }],
  ] as const)('%s is refused', async ([, lie], { signUp }) => {
    const { browser, authenticator } = await signUp(
      `liar${Math.random().toString(36).slice(2, 8)}`,
    );

    const response = await answer(browser, authenticator, lie);

    expect(response.statusCode).toBe(401);
    expect(response.json().code).toBe('passkey_refused');
  });

  test('of another person by one’s own answer is refused without naming the owner', async ({
    signUp,
  }) => {
    const { authenticator: hers } = await signUp('victim');
    const { browser, authenticator } = await signUp('thief');
    const id = hers.credentials[0]?.id.toString('base64url') ?? '';

    const response = await answer(browser, authenticator, { id });

    expect(response.json().code).toBe('passkey_refused');
    expect(response.body).not.toContain('victim');
  });

  test('whose counter goes backwards is refused, and the audit log says so', async ({
    em,
    signUp,
  }) => {
    const { browser, authenticator, user } = await signUp('cloned');
    await answer(browser, authenticator, { counter: 7 });

    const response = await answer(browser, authenticator, { counter: 6 });

    expect(response.json()).toMatchObject({ status: 401, code: 'passkey_refused' });
    expect(
      await query(
        em,
        `select details ->> 'reason' as reason from audit_events where event = 'sign_in_failed' and user_id = $1`,
        [user.id],
      ),
    ).toEqual([{ reason: expect.stringContaining('counter') }]);
  });

  test('with a wrong answer spends its challenge: a right one comes too late', async ({
    signUp,
  }) => {
    const { browser, authenticator } = await signUp('hasty');
    const options = (await browser.post('/api/session/options')).json();
    const wrong = authenticator.get(options, { breakSignature: true });
    const right = authenticator.get(options);

    const answers = [
      await browser.post('/api/session', { credential: wrong }),
      await browser.post('/api/session', { credential: right }),
    ];

    expect(answers.map((one) => one.json().code)).toEqual(['passkey_refused', 'ceremony_expired']);
  });

  test('twenty times with one answer gives one session', async ({ signUp }) => {
    const { browser, authenticator } = await signUp('bea');
    const options = await browser.post('/api/session/options');
    const credential = authenticator.get(options.json());

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.copy().post('/api/session', { credential })),
    );

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(19);
  });

  test('by an answer to a challenge of another browser is refused', async ({ app, signUp }) => {
    const { authenticator } = await signUp('cid');
    const [mine, other] = [new Browser(app, ORIGIN), new Browser(app, ORIGIN)];
    const options = await mine.post('/api/session/options');
    await other.post('/api/session/options');

    const response = await other.post('/api/session', {
      credential: authenticator.get(options.json()),
    });

    expect(response.json().code).toBe('ceremony_expired');
  });

  test('to a disabled account is refused, and told in the audit log', async ({ em, signUp }) => {
    const { browser, authenticator, user } = await signUp('dee');
    await query(em, 'update users set disabled_at = now() where id = $1', [user.id]);

    const response = await answer(browser, authenticator);
    const events = await query(
      em,
      `select details from audit_events where event = 'sign_in_failed'`,
    );

    expect(response.json().code).toBe('user_disabled');
    expect(events).toContainEqual({ details: expect.objectContaining({ code: 'user_disabled' }) });
  });

  test('with a challenge that is five minutes old is refused', async ({ em, signUp }) => {
    const { browser, authenticator } = await signUp('eli');
    const options = await browser.post('/api/session/options');
    await query(em, `update ceremonies set expires_at = now() - interval '1 second'`);

    const response = await browser.post('/api/session', {
      credential: authenticator.get(options.json()),
    });

    expect(response.json().code).toBe('ceremony_expired');
  });
});

describe('a session', () => {
  test('is dead everywhere once the person signed out', async ({ signUp }) => {
    const { browser } = await signUp('flo');
    const thief = browser.copy();

    await browser.send({
      method: 'DELETE',
      url: '/api/session',
      payload: {},
      headers: { 'sec-fetch-site': 'same-origin' },
    });

    expect((await thief.get('/api/session')).json().user).toBeNull();
    expect((await thief.get('/api/applications')).statusCode).toBe(401);
  });

  test('is dead at the next request after its person was disabled', async ({ em, signUp }) => {
    const { browser, user } = await signUp('gil');
    await query(em, 'update users set disabled_at = now() where id = $1', [user.id]);

    expect((await browser.get('/api/applications')).statusCode).toBe(401);
  });

  test('cannot be planted: its cookie is bound to this host, unreadable for scripts, and new at sign-in', async ({
    app,
    signUp,
  }) => {
    const { authenticator } = await signUp('hal');
    const browser = new Browser(app, ORIGIN);
    const options = await browser.post('/api/session/options');
    const response = await browser.post('/api/session', {
      credential: authenticator.get(options.json()),
    });

    const cookie = response.cookies.find(({ name }) => name === '__Host-permiso_session');
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
  });
});

describe('a first passkey', () => {
  test.for([
    ['the challenge for one more', '/api/account/passkeys/options'],
    ['no challenge of ours', null],
  ] as const)('is made by no link that nobody gave, with %s', async ([, path], { em, signUp }) => {
    const { browser, authenticator } = await signUp(
      `lone${Math.random().toString(36).slice(2, 8)}`,
    );
    await signIn(browser, authenticator);
    const user = { id: 'bm9ib2R5' };
    const options = path
      ? (await browser.post(path)).json()
      : { challenge: 'b3Vycy1pdC1pcy1ub3Q', user };
    const accounts = await query(em, 'select id from users');
    const credential = new SoftwareAuthenticator(ORIGIN).create(options);

    const answers = [
      await browser.post(`/api/sign-up/${'x'.repeat(43)}`, { credential }),
      await browser.post('/api/set-up', { credential }),
    ];

    expect(answers.map((one) => one.json().code)).toEqual(['ceremony_expired', 'ceremony_expired']);
    expect(await query(em, 'select id from users')).toEqual(accounts);
  });
});
