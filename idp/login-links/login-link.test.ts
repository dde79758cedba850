import { describe, expect, vi } from 'vitest';
import { connectDatabase, type EntityManager, query } from '#core';
import { createApp } from '../app.ts';
import { Browser } from '../testing/browser.ts';
import { startMailServer, useMailServer } from '../testing/mail-server.ts';
import { test as base, ORIGIN, startReplica } from '../testing/test.ts';

const test = base.extend<{
  /** Has a link made for the person, and says its token. */
  linkFor(userId: string): Promise<string>;
}>({
  linkFor: async ({ admin }, use) => {
    await use(async (userId) => {
      const answer = await admin.post(`/api/users/${userId}/login-link`);
      return String(answer.json().url).replace(`${ORIGIN}/login-link/`, '');
    });
  },
});

async function consume(browser: Browser, token: string) {
  return browser.post(`/api/login-links/${token}`);
}

async function whoIs(browser: Browser): Promise<string | null> {
  return (await browser.get('/api/session')).json().user?.username ?? null;
}

describe('a login link', () => {
  test('does nothing when it is opened, and signs in when its button is pressed', async ({
    browser,
    linkFor,
    signUp,
  }) => {
    const { user } = await signUp('hopper');
    const token = await linkFor(user.id);

    await browser.get(`/login-link/${token}`, { accept: 'text/html' });
    const opened = await whoIs(browser);
    const answer = await consume(browser, token);

    expect(opened).toBeNull();
    expect(answer.statusCode).toBe(204);
    expect(await whoIs(browser)).toBe('hopper');
  });

  test('opens nothing that asks for a passkey', async ({ browser, em, linkFor, signUp }) => {
    const { user } = await signUp('sloppy');
    await consume(browser, await linkFor(user.id));

    const [session] = await query<{ method: string }>(
      em,
      'select method from sessions where user_id = $1 order by created_at desc limit 1',
      [user.id],
    );
    expect(session?.method).toBe('login_link');
  });

  test('twenty times in parallel on two replicas makes one session', async ({
    app,
    databaseUrl,
    linkFor,
    services,
    signUp,
  }) => {
    const database = await connectDatabase(databaseUrl);
    const other = await createApp({ ...services, database });
    const { user } = await signUp('racer');
    const token = await linkFor(user.id);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        consume(new Browser(index % 2 ? app : other, ORIGIN), token),
      ),
    );
    await other.close();
    await database.close();

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([
      204,
      ...Array.from({ length: 19 }, () => 404),
    ]);
  });

  test.for<[string, (em: EntityManager, userId: string) => Promise<unknown>]>([
    [
      'is a second too old',
      (em) => query(em, `update login_links set expires_at = now() - interval '1 second'`),
    ],
    [
      'has a disabled account',
      (em, id) => query(em, 'update users set disabled_at = now() where id = $1', [id]),
    ],
    [
      'was sent to an address that is no longer theirs',
      (em, id) => query(em, `update users set email = 'new-' || email where id = $1`, [id]),
    ],
    ['is gone', (em, id) => query(em, 'delete from users where id = $1', [id])],
  ])(
    'of somebody whose link %s is refused',
    async ([, change], { browser, em, linkFor, signUp }) => {
      const { user } = await signUp(`late-${Math.random().toString(36).slice(2, 8)}`);
      const token = await linkFor(user.id);
      await change(em, user.id);

      const answer = await consume(browser, token);

      expect(answer.json()).toMatchObject({ status: 404, code: 'login_link_not_valid' });
      expect(await whoIs(browser)).toBeNull();
    },
  );

  test('is replaced by a newer one', async ({ browser, linkFor, signUp }) => {
    const { user } = await signUp('patient');
    const first = await linkFor(user.id);
    await linkFor(user.id);

    expect((await consume(browser, first)).statusCode).toBe(404);
  });

  test('is made by administrators only', async ({ browser, signUp }) => {
    const { browser: hers, user } = await signUp('curious');

    expect((await hers.post(`/api/users/${user.id}/login-link`)).statusCode).toBe(403);
    expect((await browser.post(`/api/users/${user.id}/login-link`)).statusCode).toBe(401);
  });
});

describe('by mail', () => {
  test('a login link goes to the address of the account, with the origin of APP_URL', async ({
    admin,
    database,
    databaseUrl,
    em,
    signUp,
  }) => {
    const { user } = await signUp('mailed');
    const server = await startMailServer();
    await useMailServer(em, server.port);
    const replica = await startReplica({ database, databaseUrl });
    await vi.waitFor(() => expect(replica.services.changes.isLive).toBe(true));

    const answer = await admin.send({
      method: 'POST',
      url: `/api/users/${user.id}/login-link`,
      payload: {},
      headers: {
        'sec-fetch-site': 'same-origin',
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
      },
    });
    await vi.waitFor(() => expect(server.inbox).toHaveLength(1));
    await replica.stop();
    await server.close();

    const { url, mailedTo } = answer.json();
    expect(mailedTo).toBe(user.email);
    expect(url).toMatch(/^https:\/\/id\.example\.com\/login-link\//);
    expect(server.inbox[0]?.recipients).toEqual([user.email]);
    expect(server.inbox[0]?.email.text).toContain(url);
  });

  test('known, unconfirmed and unknown addresses get the same answer, and only the first a mail', async ({
    browser,
    em,
    signUp,
  }) => {
    const { user: mistyped } = await signUp('mistyped');
    const { user } = await signUp('forgetful');
    await query(em, 'update users set email_verified = true where id = $1', [user.id]);
    await query(
      em,
      `insert into settings (key, value, owner, updated_at) values ('general', '{"loginLinksByEmail": true}', 'admin', now())`,
    );
    await useMailServer(em, 1);

    const unconfirmed = await browser.post('/api/login-links', { email: mistyped.email });
    const known = await browser.post('/api/login-links', { email: user.email.toUpperCase() });
    const unknown = await browser.post('/api/login-links', { email: 'nobody@example.com' });

    for (const answer of [known, unconfirmed, unknown]) {
      expect(answer.statusCode).toBe(202);
      expect(answer.body).toBe('');
      expect(answer.cookies).toEqual([]);
    }
    await vi.waitFor(async () =>
      expect(
        await query(
          em.fork(),
          `select recipient from mails where kind = 'login_link' and state = 'waiting'`,
        ),
      ).toEqual([{ recipient: user.email }]),
    );
    await query(em, `delete from settings where key = 'general'`);
  });

  test('nobody may ask for one where the settings say so', async ({ browser }) => {
    const answer = await browser.post('/api/login-links', { email: 'nobody@example.com' });

    expect(answer.json()).toMatchObject({ status: 403, code: 'not_allowed' });
  });
});
