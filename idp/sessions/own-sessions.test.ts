import { describe, expect } from 'vitest';
import { connectDatabase } from '#core';
import { createApp } from '../app.ts';
import { Browser } from '../testing/browser.ts';
import { signIn } from '../testing/people.ts';
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
