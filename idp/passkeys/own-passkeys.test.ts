import { describe, expect } from 'vitest';
import { type EntityManager, query } from '#core';
import type { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { signIn } from '../testing/people.ts';
import { ORIGIN, test } from '../testing/test.ts';

async function send(browser: Browser, method: 'PATCH' | 'DELETE', url: string, payload = {}) {
  return browser.send({ method, url, payload, headers: { 'sec-fetch-site': 'same-origin' } });
}

async function add(browser: Browser, authenticator: SoftwareAuthenticator) {
  const options = await browser.post('/api/account/passkeys/options');
  if (options.statusCode !== 200) {
    return options;
  }
  const credential = authenticator.create(options.json());
  return browser.post('/api/account/passkeys', { credential });
}

async function list(browser: Browser): Promise<{ id: string; name: string }[]> {
  return (await browser.get('/api/account/passkeys')).json();
}

/** As if the person had left the screen open since then. */
async function age(em: EntityManager, userId: string, minutes: number): Promise<void> {
  await query(
    em,
    'update sessions set authenticated_at = authenticated_at - make_interval(mins => $2) where user_id = $1',
    [userId, minutes],
  );
}

describe('one more passkey', () => {
  test('is added by somebody who used one a moment ago, and both sign in', async ({ signUp }) => {
    const { browser, authenticator } = await signUp('ada');
    await signIn(browser, authenticator);

    const answer = await add(browser, authenticator);
    await signIn(browser, authenticator);

    expect(answer.statusCode).toBe(201);
    expect(await list(browser)).toHaveLength(2);
  });

  test('asks for a passkey first when the last use was six minutes ago', async ({ em, signUp }) => {
    const { browser, authenticator, user } = await signUp('bob');
    await signIn(browser, authenticator);
    await age(em, user.id, 6);

    const refused = await add(browser, authenticator);
    const options = await browser.post('/api/session/step-up/options');
    const credential = authenticator.get(options.json());
    const stepUp = await browser.post('/api/session/step-up', { credential });
    const answer = await add(browser, authenticator);

    expect(refused.json().code).toBe('fresh_passkey_required');
    expect(stepUp.statusCode).toBe(204);
    expect(answer.statusCode).toBe(201);
  });

  test('is added after a login link, which opens nothing else that asks for a passkey', async ({
    em,
    signUp,
  }) => {
    const { browser, authenticator, user } = await signUp('cleo');
    await query(em, `update sessions set method = 'login_link' where user_id = $1`, [user.id]);
    const [{ id } = expect.fail()] = await list(browser);

    const added = await add(browser, authenticator);
    const removed = await send(browser, 'DELETE', `/api/account/passkeys/${id}`);
    await age(em, user.id, 16);
    const late = await add(browser, authenticator);

    expect(added.statusCode).toBe(201);
    expect(removed.json().code).toBe('fresh_passkey_required');
    expect(late.json().code).toBe('fresh_passkey_required');
  });

  test('goes to nobody but the person for whom it was asked', async ({ signUp }) => {
    const hers = await signUp('dora');
    const his = await signUp('emil');
    await signIn(hers.browser, hers.authenticator);
    await signIn(his.browser, his.authenticator);
    const options = await hers.browser.post('/api/account/passkeys/options');

    const credential = his.authenticator.create(options.json());
    const answer = await his.browser.post('/api/account/passkeys', { credential });

    expect(answer.json().code).toBe('ceremony_expired');
    expect(await list(his.browser)).toHaveLength(1);
    expect(await list(hers.browser)).toHaveLength(1);
  });

  test('is impossible for who is signed out', async ({ browser, signUp }) => {
    const { authenticator } = await signUp('fred');

    expect((await add(browser, authenticator)).statusCode).toBe(401);
  });
});

describe('a step-up', () => {
  test('with somebody else’s passkey is refused, and the session stays whose it was', async ({
    signUp,
  }) => {
    const hers = await signUp('gina');
    const his = await signUp('hugo');
    const options = await hers.browser.post('/api/session/step-up/options');

    const credential = his.authenticator.get(options.json());
    const answer = await hers.browser.post('/api/session/step-up', { credential });

    expect(answer.json().code).toBe('passkey_refused');
    expect(answer.body).not.toContain('hugo');
    expect((await hers.browser.get('/api/session')).json().user.username).toBe('gina');
    expect((await add(hers.browser, hers.authenticator)).json().code).toBe(
      'fresh_passkey_required',
    );
  });

  test('answers no sign-in, and a sign-in no step-up', async ({ app, signUp }) => {
    const { browser, authenticator } = await signUp('ines');
    const stepUp = await browser.post('/api/session/step-up/options');
    const other = new Browser(app, ORIGIN);
    const signInOptions = await browser.post('/api/session/options');

    const asSignIn = await other.post('/api/session', {
      credential: authenticator.get(stepUp.json()),
    });
    const asStepUp = await browser.post('/api/session/step-up', {
      credential: authenticator.get(signInOptions.json()),
    });

    expect(asSignIn.json().code).toBe('ceremony_expired');
    expect(asStepUp.json().code).toBe('ceremony_expired');
  });
});

describe('a passkey', () => {
  test('is renamed by its person only', async ({ signUp }) => {
    const { browser } = await signUp('jane');
    const { browser: thief } = await signUp('karl');
    const [{ id } = expect.fail()] = await list(browser);

    const stolen = await send(thief, 'PATCH', `/api/account/passkeys/${id}`, { name: 'Mine' });
    const renamed = await send(browser, 'PATCH', `/api/account/passkeys/${id}`, { name: ' Blue ' });

    expect(stolen.statusCode).toBe(404);
    expect(renamed.json().name).toBe('Blue');
  });

  test('is removed by its person only, and never by accident the last one', async ({ signUp }) => {
    const { browser, authenticator } = await signUp('lena');
    const thief = await signUp('mark');
    await signIn(thief.browser, thief.authenticator);
    await signIn(browser, authenticator);
    const [{ id } = expect.fail()] = await list(browser);

    const stolen = await send(thief.browser, 'DELETE', `/api/account/passkeys/${id}?evenLast=true`);
    const accident = await send(browser, 'DELETE', `/api/account/passkeys/${id}`);
    const meant = await send(browser, 'DELETE', `/api/account/passkeys/${id}?evenLast=true`);

    expect(stolen.statusCode).toBe(404);
    expect(accident.json().code).toBe('last_passkey');
    expect(meant.statusCode).toBe(204);
    expect(await list(browser)).toEqual([]);
  });

  test('stays when both of two are removed at once', async ({ signUp }) => {
    const { browser, authenticator } = await signUp('nina');
    await signIn(browser, authenticator);
    await add(browser, authenticator);
    const both = await list(browser);

    const answers = await Promise.all(
      both.map(({ id }) => send(browser, 'DELETE', `/api/account/passkeys/${id}`)),
    );

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([204, 409]);
    expect(await list(browser)).toHaveLength(1);
  });

  test('that is added or removed is told to the person and to the audit log', async ({
    em,
    signUp,
  }) => {
    await query(
      em,
      `insert into settings (key, value, owner, updated_at) values ('smtp', '{}', 'admin', now())`,
    );
    const { browser, authenticator, user } = await signUp('olga');
    await signIn(browser, authenticator);
    await add(browser, authenticator);
    const [{ id } = expect.fail()] = await list(browser);

    await send(browser, 'DELETE', `/api/account/passkeys/${id}`);

    const mails = await query(
      em,
      `select kind, recipient from mails where user_id = $1 and kind like 'passkey%' order by created_at`,
      [user.id],
    );
    const events = await query<{ event: string }>(
      em,
      `select event from audit_events where user_id = $1 and event like 'passkey%' order by id`,
      [user.id],
    );
    expect(mails).toEqual([
      { kind: 'passkey_added', recipient: user.email },
      { kind: 'passkey_removed', recipient: user.email },
    ]);
    expect(events.map(({ event }) => event)).toEqual([
      'passkey_added',
      'passkey_added',
      'passkey_removed',
    ]);
  });
});
