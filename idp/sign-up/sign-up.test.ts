import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { connectDatabase, createInvite, createUser, type EntityManager, query } from '#core';
import { person } from '#core/testing';
import { createApp } from '../app.ts';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { ORIGIN, test } from '../testing/test.ts';

async function inviteFor(em: EntityManager, usageLimit: number | null): Promise<string> {
  const host = await createUser(em, person(`host-${randomUUID().slice(0, 8)}`), {
    id: randomUUID(),
    isAdmin: true,
  });
  const expiresAt = new Date(Date.now() + 60_000);
  const { token } = await createInvite(em, {
    createdBy: host.id,
    expiresAt,
    usageLimit,
    groups: [],
  });
  return token;
}

/** As far as the last step, which is left to the test. */
async function prepare(
  app: ConstructorParameters<typeof Browser>[0],
  path: string,
  username: string,
) {
  const browser = new Browser(app, ORIGIN);
  const options = await browser.post(`/api/${path}/options`, person(username));
  const credential = new SoftwareAuthenticator(ORIGIN).create(options.json());
  return () => browser.post(`/api/${path}`, { credential });
}

describe('an invite', () => {
  test.for([1, 3])(
    'for %s lets in exactly so many of thirty who come at once to two replicas',
    async (limit, { app, databaseUrl, em, services }) => {
      const database = await connectDatabase(databaseUrl);
      const other = await createApp({ ...services, database });
      const token = await inviteFor(em, limit);
      const people = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          prepare(n % 2 ? app : other, `sign-up/${token}`, `crowd-${limit}-${n}`),
        ),
      );

      const answers = await Promise.all(people.map((finish) => finish()));
      await other.close();
      await database.close();

      expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(limit);
      expect(answers.filter((answer) => answer.json().code === 'invite_not_valid')).toHaveLength(
        30 - limit,
      );
      expect(
        await query(em, 'select 1 from users where username like $1', [`crowd-${limit}-%`]),
      ).toHaveLength(limit);
    },
  );

  test.for([
    ['expired', `expires_at = now() - interval '1 second'`],
    ['withdrawn', 'revoked_at = now()'],
  ])('that was %s half-way is refused at the last step', async ([word, change], { app, em }) => {
    const token = await inviteFor(em, null);
    const finish = await prepare(app, `sign-up/${token}`, `late-${word}`);

    await query(em, `update invites set ${change}`);
    const answer = await finish();

    expect(answer.statusCode).toBe(404);
    expect(answer.json().code).toBe('invite_not_valid');
  });

  test('that does not exist opens nothing', async ({ app }) => {
    const answer = await app.inject(`/api/sign-up/${'x'.repeat(43)}`);

    expect(answer.json()).toMatchObject({ status: 404, code: 'invite_not_valid' });
  });
});

describe('signing up', () => {
  test.for([
    ['username', { username: 'Ada Lovelace' }],
    ['email', { email: 'a@b.example,evil@x.example' }],
    ['email', { email: 'a@b.example\r\nbcc: x@y.example' }],
    ['displayName', { displayName: ' ' }],
  ] as const)('with an unusable %s says which field', async ([field, change], { browser, em }) => {
    const token = await inviteFor(em, null);

    const answer = await browser.post(`/api/sign-up/${token}/options`, {
      ...person('fine'),
      ...change,
    });

    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'invalid_input', field });
  });

  test('with a name that is taken says so before a passkey is made', async ({
    browser,
    em,
    signUp,
  }) => {
    await signUp('taken');
    const token = await inviteFor(em, null);

    const answer = await browser.post(`/api/sign-up/${token}/options`, person('taken'));

    expect(answer.json()).toMatchObject({ status: 409, code: 'already_taken', field: 'username' });
  });

  test('with a passkey that was made for another page is refused', async ({ app, em }) => {
    const token = await inviteFor(em, null);
    const browser = new Browser(app, ORIGIN);
    const options = await browser.post(`/api/sign-up/${token}/options`, person('phished'));
    const credential = new SoftwareAuthenticator(ORIGIN).create(options.json(), {
      origin: 'https://evil.example',
    });

    const answer = await browser.post(`/api/sign-up/${token}`, { credential });

    expect(answer.json().code).toBe('passkey_refused');
  });

  test('makes nobody an administrator, whatever the request says', async ({ browser, em }) => {
    const token = await inviteFor(em, null);

    const answer = await browser.post(`/api/sign-up/${token}/options`, {
      ...person('climber'),
      isAdmin: true,
    });

    expect(answer.statusCode).toBe(400);
  });
});

describe('set-up', () => {
  test('makes one administrator of twenty who try at once on two replicas, and is closed for good', async ({
    app,
    databaseUrl,
    em,
    services,
  }) => {
    const database = await connectDatabase(databaseUrl);
    const other = await createApp({ ...services, database });
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, n) => prepare(n % 2 ? app : other, 'set-up', `founder-${n}`)),
    );

    const answers = await Promise.all(people.map((finish) => finish()));
    await other.close();
    await database.close();
    await query(em, 'delete from users');
    const again = await app.inject('/api/set-up');

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 404)).toHaveLength(19);
    expect(again.json()).toMatchObject({ status: 404, code: 'set_up_closed' });
  });
});

describe('a request that another site makes the browser send', () => {
  test.for([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ])('is refused, told by %o', async (headers, { app }) => {
    const answer = await app.inject({ method: 'POST', url: '/api/session/options', headers });

    expect(answer.statusCode).toBe(403);
    expect(answer.json().code).toBe('cross_site');
  });
});
