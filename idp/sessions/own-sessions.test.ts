import { describe, expect } from 'vitest';
import { connectDatabase, type EntityManager, query } from '#core';
import { createApp } from '../app.ts';
import { Browser } from '../testing/browser.ts';
import { useMailServer } from '../testing/mail-server.ts';
import { signIn } from '../testing/people.ts';
import { authorize, registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

async function end(browser: Browser, url: string) {
  return browser.send({ method: 'DELETE', url, headers: { 'sec-fetch-site': 'same-origin' } });
}

async function list(browser: Browser): Promise<{ id: string; isCurrent: boolean }[]> {
  return (await browser.get('/api/account/sessions')).json();
}

describe('where somebody is signed in', () => {
  test('is listed, and a session that is ended is dead at its next request on another replica', async ({
    databaseUrl,
    services,
    signUp,
  }) => {
    const { browser, authenticator } = await signUp('ada');
    const database = await connectDatabase(databaseUrl);
    const replica = await createApp({ ...services, database });
    const phone = new Browser(replica, ORIGIN);
    await signIn(phone, authenticator);
    const before = (await phone.get('/api/session')).json().user;
    const other = (await list(browser)).find(({ isCurrent }) => !isCurrent);

    const answer = await end(browser, `/api/account/sessions/${other?.id}`);
    const after = (await phone.get('/api/session')).json().user;
    await replica.close();
    await database.close();

    expect(before).toMatchObject({ username: 'ada' });
    expect(answer.statusCode).toBe(204);
    expect(after).toBeNull();
    expect(await list(browser)).toMatchObject([{ isCurrent: true }]);
  });

  test('ends everywhere else at once', async ({ app, signUp }) => {
    const { browser, authenticator } = await signUp('bob');
    const others = [new Browser(app, ORIGIN), new Browser(app, ORIGIN)];
    for (const other of others) {
      await signIn(other, authenticator);
    }

    await end(browser, '/api/account/sessions');

    for (const other of others) {
      expect((await other.get('/api/session')).json().user).toBeNull();
    }
    expect((await browser.get('/api/session')).json().user).toMatchObject({ username: 'bob' });
  });

  test('is ended by nobody else', async ({ browser, signUp }) => {
    const { browser: hers } = await signUp('cleo');
    const { browser: his } = await signUp('dave');
    const [{ id } = expect.fail()] = await list(hers);

    expect((await end(his, `/api/account/sessions/${id}`)).statusCode).toBe(404);
    expect((await end(browser, `/api/account/sessions/${id}`)).statusCode).toBe(401);
    expect((await hers.get('/api/session')).json().user).toMatchObject({ username: 'cleo' });
  });
});

/** Lets time pass, as far as this person's session can tell. */
async function pass(em: EntityManager, userId: string, minutes: number): Promise<void> {
  await query(
    em,
    'update sessions set expires_at = expires_at - make_interval(mins => $2) where user_id = $1',
    [userId, minutes],
  );
}

describe('a session with an idle limit of an hour', () => {
  const HOUR = `insert into settings (key, value, owner, updated_at)
    values ('general', '{"sessionIdleLifetime": 3600}', 'admin', now())`;

  test('lives for as long as it is used, and ends an hour after its last use', async ({
    em,
    signUp,
  }) => {
    await query(em, HOUR);
    const { browser, user } = await signUp('erna');
    const isIn = async () => (await browser.get('/api/session')).json().user !== null;

    await pass(em, user.id, 50);
    const used = await isIn();
    await pass(em, user.id, 50);
    const usedAgain = await isIn();
    await pass(em, user.id, 61);
    const idle = await isIn();
    await query(em, `delete from settings where key = 'general'`);

    expect([used, usedAgain, idle]).toEqual([true, true, false]);
  });

  test('counts a sign-in to an application as a use', async ({ em, signUp }) => {
    await query(em, HOUR);
    const { browser, user } = await signUp('fred');
    const client = await registerClient(em, { skipConsent: true });
    const use = async () => (await authorize(browser, client)).code !== '';

    await pass(em, user.id, 50);
    const used = await use();
    await pass(em, user.id, 50);
    const usedAgain = await use();
    await pass(em, user.id, 61);
    const idle = await use();
    await query(em, `delete from settings where key = 'general'`);

    expect([used, usedAgain, idle]).toEqual([true, true, false]);
  });
});

test('a sign-in with a new browser is told by mail, one with a known browser is not', async ({
  app,
  em,
  signUp,
}) => {
  await useMailServer(em, 1);
  const { browser, authenticator, user } = await signUp('gerd');
  const phone = new Browser(app, ORIGIN);
  const mails = async () =>
    (await query(em, `select from mails where user_id = $1 and kind = 'new_device'`, [user.id]))
      .length;
  const afterSignUp = await mails();

  await signIn(browser, authenticator);
  const known = await mails();
  await signIn(phone, authenticator);
  await signIn(phone, authenticator);

  expect([afterSignUp, known, await mails()]).toEqual([0, 0, 1]);
});
