import { describe, expect } from 'vitest';
import { type EntityManager, query } from '#core';
import { person } from '#core/testing';
import { Browser } from '../testing/browser.ts';
import { useMailServer } from '../testing/mail-server.ts';
import { signIn } from '../testing/people.ts';
import { registerClient, signInTo, userinfo } from '../testing/relying-party.ts';
import { test as base, ORIGIN } from '../testing/test.ts';

interface Letter {
  kind: string;
  recipient: string;

  /** The token of its link, if it brings one. */
  token: string | undefined;
}

const test = base.extend<{
  /** Mail is on, and nothing sends it: what was queued, the newest first. */
  letters(): Promise<Letter[]>;

  /** Somebody with a fresh passkey. */
  somebody: { browser: Browser; id: string; email: string; username: string };
}>({
  letters: async ({ em, services: { keyring } }, use) => {
    await useMailServer(em, 1);
    await use(async () => {
      const rows = await query<{ id: string; kind: string; recipient: string; sealed: string }>(
        em,
        `select id, kind, recipient, sealed_values as sealed from mails
         where kind in ('email_verification', 'address_in_use') order by created_at desc`,
      );
      return rows.map(({ id, kind, recipient, sealed }) => {
        const { link } = JSON.parse(keyring.decrypt(sealed, `mails/${id}/sealed_values`));
        return { kind, recipient, token: link?.replace(`${ORIGIN}/confirm-email/`, '') };
      });
    });
    await query(em, `delete from settings where key = 'smtp'`);
    await query(em, 'delete from mails');
  },
  somebody: async ({ signUp }, use) => {
    const name = `person-${Math.random().toString(36).slice(2, 10)}`;
    const { browser, authenticator, user } = await signUp(name);
    await signIn(browser, authenticator);
    await use({ browser, id: user.id, email: user.email, username: name });
  },
});

const request = (browser: Browser, email: string) => browser.post('/api/account/email', { email });
const confirm = (browser: Browser, token = '') => browser.post(`/api/email-verifications/${token}`);

async function addressOf(em: EntityManager, id: string) {
  const [row] = await query(
    em,
    'select email, email_verified as verified from users where id = $1',
    [id],
  );
  return row;
}

describe('a new email address', () => {
  test('counts once its link was used, which opening it does not do', async ({
    app,
    browser,
    em,
    letters,
    somebody,
  }) => {
    const answer = await request(somebody.browser, 'new@example.com');
    const pending = (await somebody.browser.get('/api/account')).json();
    const [letter] = await letters();
    const seen = await browser.get(`/api/email-verifications/${letter?.token}`);
    await browser.get(`/confirm-email/${letter?.token}`, { accept: 'text/html' });
    const opened = await addressOf(em, somebody.id);
    const client = await registerClient(em, { skipConsent: true });
    const { tokens } = await signInTo(app, somebody.browser, client, { scope: 'openid email' });

    const confirmed = await confirm(browser, letter?.token);

    expect(answer.statusCode).toBe(202);
    expect(pending).toMatchObject({ email: somebody.email, pendingEmail: 'new@example.com' });
    expect(letter).toMatchObject({ kind: 'email_verification', recipient: 'new@example.com' });
    expect(seen.json()).toEqual({ email: 'new@example.com', username: somebody.username });
    expect(opened).toEqual({ email: somebody.email, verified: false });
    expect(confirmed.statusCode).toBe(204);
    expect((await userinfo(app, tokens.access_token)).json()).toMatchObject({
      email: 'new@example.com',
      email_verified: true,
    });
    expect((await somebody.browser.get('/api/account')).json().pendingEmail).toBeNull();
  });

  test('is asked for with a fresh passkey only', async ({ letters, signUp }) => {
    const { browser } = await signUp('stale');

    const answer = await request(browser, 'thief@example.com');

    expect(answer.json()).toMatchObject({ status: 403, code: 'fresh_passkey_required' });
    expect(
      (await letters()).filter(({ recipient }) => recipient !== person('stale').email),
    ).toEqual([]);
  });

  test('cannot be had while mail is off, and the answer says who can help', async ({
    somebody,
  }) => {
    const answer = await request(somebody.browser, 'new@example.com');

    expect(answer.json()).toMatchObject({ status: 409, code: 'mail_off' });
    expect(answer.json().title).toContain('administrator');
    expect((await somebody.browser.get('/api/account')).json().mailOn).toBe(false);
  });

  test.for([
    'a@b.example,evil@x.example',
    'a@b.example\r\nbcc: x@y.example',
    'Ada <ada@example.com>',
  ])('is one address: %j is refused', async (email, { letters, somebody }) => {
    const before = await letters();

    const answer = await request(somebody.browser, email);

    expect(answer.json()).toMatchObject({ status: 422, field: 'email' });
    expect(await letters()).toEqual(before);
  });

  test('of somebody else gets the same answer, no link, and its owner a mail', async ({
    em,
    letters,
    signUp,
    somebody,
  }) => {
    const { user: owner } = await signUp(`owner-${Math.random().toString(36).slice(2, 8)}`);

    const taken = await request(somebody.browser, owner.email.toUpperCase());
    const [letter] = await letters();
    const profile = (await somebody.browser.get('/api/account')).json();
    const free = await request(somebody.browser, 'free@example.com');

    expect([taken.statusCode, taken.body, taken.cookies]).toEqual([
      free.statusCode,
      free.body,
      free.cookies,
    ]);
    expect(profile.pendingEmail).toBe(owner.email.toUpperCase());
    expect(letter).toEqual({ kind: 'address_in_use', recipient: owner.email, token: undefined });
    expect(await addressOf(em, somebody.id)).toMatchObject({ email: somebody.email });
  });

  test('that somebody else confirmed first stays theirs', async ({
    browser,
    em,
    letters,
    signUp,
    somebody,
  }) => {
    await request(somebody.browser, 'contested@example.com');
    const [letter] = await letters();
    const { user: faster } = await signUp(`faster-${Math.random().toString(36).slice(2, 8)}`);
    await query(em, `update users set email = 'contested@example.com' where id = $1`, [faster.id]);

    const answer = await confirm(browser, letter?.token);

    expect(answer.json()).toMatchObject({ status: 409, code: 'already_taken' });
    expect(await addressOf(em, somebody.id)).toEqual({ email: somebody.email, verified: false });
  });

  test('may be dropped by entering the one that is confirmed', async ({
    browser,
    em,
    letters,
    somebody,
  }) => {
    await query(em, 'update users set email_verified = true where id = $1', [somebody.id]);
    await request(somebody.browser, 'typo@example.com');
    const [letter] = await letters();

    const answer = await request(somebody.browser, somebody.email);

    expect(answer.statusCode).toBe(202);
    expect((await confirm(browser, letter?.token)).statusCode).toBe(404);
    expect((await somebody.browser.get('/api/account')).json().pendingEmail).toBeNull();
  });
});

describe('the link that confirms an address', () => {
  test('works once, also for twenty who press the button at once', async ({
    app,
    letters,
    somebody,
  }) => {
    await request(somebody.browser, 'once@example.com');
    const [letter] = await letters();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => confirm(new Browser(app, ORIGIN), letter?.token)),
    );

    expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 404)).toHaveLength(19);
  });

  test.for<[string, (em: EntityManager, id: string) => Promise<unknown>]>([
    [
      'is a second too old',
      (em) => query(em, `update email_verifications set expires_at = now() - interval '1 second'`),
    ],
    [
      'belongs to a disabled account',
      (em, id) => query(em, 'update users set disabled_at = now() where id = $1', [id]),
    ],
    [
      'was asked for when the account had another address',
      (em, id) =>
        query(em, `update users set email = 'set-by-admin@example.com' where id = $1`, [id]),
    ],
  ])('is dead when it %s', async ([, change], { browser, em, letters, somebody }) => {
    await request(somebody.browser, `late-${somebody.username}@example.com`);
    const [letter] = await letters();
    await change(em, somebody.id);
    const before = await addressOf(em, somebody.id);

    const answer = await confirm(browser, letter?.token);

    expect(answer.json()).toMatchObject({ status: 404, code: 'email_verification_not_valid' });
    expect(await addressOf(em, somebody.id)).toEqual(before);
    await query(em, `update users set email = 'moved-' || id where id = $1`, [somebody.id]);
  });

  test('is dead when a newer one was asked for', async ({ browser, em, letters, somebody }) => {
    await request(somebody.browser, 'first@example.com');
    const [first] = await letters();
    await request(somebody.browser, 'second@example.com');

    const answer = await confirm(browser, first?.token);

    expect(answer.statusCode).toBe(404);
    expect(await addressOf(em, somebody.id)).toMatchObject({ email: somebody.email });
  });

  test('is no secret that the database keeps', async ({ em, letters, somebody }) => {
    await request(somebody.browser, 'hashed@example.com');
    const [letter] = await letters();

    const rows = await query(em, 'select * from email_verifications');
    const events = await query(em, 'select * from audit_events');

    expect(Buffer.from(letter?.token ?? '', 'base64url')).toHaveLength(32);
    expect(JSON.stringify([rows, events])).not.toContain(letter?.token);
  });
});

describe('the address that somebody signs up with', () => {
  test('is unconfirmed until its link was used, and is told so', async ({
    app,
    browser,
    em,
    letters,
    somebody,
  }) => {
    const [letter] = await letters();
    const client = await registerClient(em, { skipConsent: true });
    const { tokens } = await signInTo(app, somebody.browser, client, { scope: 'openid email' });
    const before = (await userinfo(app, tokens.access_token)).json();

    await confirm(browser, letter?.token);

    const after = (await userinfo(app, tokens.access_token)).json();
    expect(letter).toMatchObject({ kind: 'email_verification', recipient: somebody.email });
    expect([before.email_verified, after.email_verified]).toEqual([false, true]);
  });

  test('is not confirmed by its link once the account has another', async ({
    browser,
    em,
    letters,
    somebody,
  }) => {
    const [first] = await letters();
    await query(em, `update users set email = 'b@y.example' where id = $1`, [somebody.id]);

    const answer = await confirm(browser, first?.token);

    expect(answer.statusCode).toBe(404);
    expect(await addressOf(em, somebody.id)).toEqual({ email: 'b@y.example', verified: false });
  });
});
