import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { describe, expect, vi } from 'vitest';
import { type ClientDeclaration, connectDatabase, createUser, query } from '#core';
import { person } from '#core/testing/builders';
import { createApp } from '../app.ts';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { startMailServer, useMailServer } from '../testing/mail-server.ts';
import { signIn } from '../testing/people.ts';
import { call, registerClient } from '../testing/relying-party.ts';
import { test as base, ORIGIN } from '../testing/test.ts';

const test = base.extend<{ replicas: [FastifyInstance, FastifyInstance] }>({
  replicas: async ({ app, databaseUrl, services }, use) => {
    const database = await connectDatabase(databaseUrl);
    const other = await createApp({ ...services, database });
    await use([app, other]);
    await other.close();
    await database.close();
  },
});

/** One after the other, each at the other replica than the one before. */
async function repeat<T>(
  replicas: [FastifyInstance, FastifyInstance],
  count: number,
  ask: (replica: FastifyInstance) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = [];
  for (let index = 0; index < count; index += 1) {
    answers.push(await ask(index % 2 ? replicas[1] : replicas[0]));
  }
  return answers;
}

const post =
  (url: string, remoteAddress: string, payload: object = {}) =>
  (app: FastifyInstance) =>
    app.inject({
      method: 'POST',
      url,
      payload,
      remoteAddress,
      headers: { 'sec-fetch-site': 'same-origin' },
    });

const statuses = (answers: { statusCode: number }[]) => answers.map((answer) => answer.statusCode);

describe('a limit', () => {
  test('of requests holds over two replicas, and for one address only', async ({ replicas }) => {
    const ask = (address: string) => post('/api/login-links', address, { email: 'x@example.com' });

    const within = await repeat(replicas, 60, ask('203.0.113.1'));
    const beyond = await repeat(replicas, 2, ask('203.0.113.1'));
    const neighbour = await ask('203.0.113.2')(replicas[0]);

    expect(new Set(statuses(within))).toEqual(new Set([403]));
    expect(statuses(beyond)).toEqual([429, 429]);
    expect(beyond[0]?.json()).toMatchObject({ status: 429, code: 'too_many_attempts' });
    expect(Number(beyond[0]?.headers['retry-after'])).toBeGreaterThan(500);
    expect(neighbour.statusCode).toBe(403);
  });

  test('of refusals holds over two replicas, which then look at nothing any more', async ({
    em,
    replicas,
  }) => {
    const ask = (address: string) => post(`/api/login-links/${randomUUID()}`, address);

    const within = await repeat(replicas, 100, ask('203.0.113.3'));
    const beyond = await repeat(replicas, 4, ask('203.0.113.3'));
    const neighbour = await ask('203.0.113.4')(replicas[0]);

    expect(new Set(statuses(within))).toEqual(new Set([404]));
    expect(statuses(beyond)).toEqual([429, 429, 429, 429]);
    expect(beyond[3]?.json().code).toBe('too_many_attempts');
    expect(neighbour.statusCode).toBe(404);
    const [row] = await query<{ most: number }>(
      em,
      'select max(attempts) as most from rate_limits where attempts between 101 and 200',
    );
    expect(row?.most).toBe(102);
  });

  test('of sign-ins that are begun is far away, and there', async ({ app, em }) => {
    const ask = post('/api/session/options', '203.0.113.5');
    await ask(app);
    await query(em, 'update rate_limits set attempts = 2999 where attempts = 1');

    const answers = [await ask(app), await ask(app)];

    expect(statuses(answers)).toEqual([200, 429]);
  });

  test('of refusals costs nobody anything who is not refused', async ({ app, em, signUp }) => {
    const { browser, authenticator } = await signUp('franklin');
    await query(em, 'delete from rate_limits');

    for (let count = 0; count < 25; count += 1) {
      await signIn(browser, authenticator);
    }

    const rows = await query<{ attempts: number }>(em, 'select attempts from rate_limits');
    expect(rows).toEqual([{ attempts: 25 }]);
    expect((await post('/api/session/options', '127.0.0.1')(app)).statusCode).toBe(200);
  });

  test('of a person counts from wherever they come', async ({ signUp }) => {
    const { browser } = await signUp('tubman');
    const credential = new SoftwareAuthenticator(ORIGIN);
    credential.create({ challenge: 'AAAA', user: { id: 'AAAA' } } as never);
    const ask = (remoteAddress: string) =>
      browser.send({
        method: 'POST',
        url: '/api/session/step-up',
        payload: { credential: credential.get({ challenge: 'AAAA' } as never) },
        headers: { 'sec-fetch-site': 'same-origin' },
        remoteAddress,
      });

    const answers: number[] = [];
    for (let host = 1; host <= 22; host += 1) {
      answers.push((await ask(`198.51.100.${host}`)).statusCode);
    }

    expect(answers.indexOf(429)).toBe(20);
    expect(answers.slice(20)).toEqual([429, 429]);
  });

  test('of bootstrap codes counts all addresses together', async ({ app, em }) => {
    await query(em, 'delete from rate_limits');
    const guess = (host: number) =>
      post('/api/set-up/options', `198.51.100.${host}`, person('mallory'))(app);

    const one = await repeat([app, app], 22, () => guess(1));
    const others: number[] = [];
    for (let count = 0; count < 90; count += 1) {
      others.push((await guess(10 + count)).statusCode);
    }

    expect(statuses(one).indexOf(429)).toBe(20);
    expect(others.at(0)).not.toBe(429);
    expect(others.at(-1)).toBe(429);
  });
});

describe('the address that is counted', () => {
  const forge = (app: FastifyInstance, forwarded: string) =>
    app.inject({
      method: 'POST',
      url: '/api/login-links',
      payload: { email: 'x@example.com' },
      remoteAddress: '203.0.113.20',
      headers: { 'sec-fetch-site': 'same-origin', 'x-forwarded-for': forwarded },
    });

  test('is not what somebody writes into X-Forwarded-For', async ({ app }) => {
    const answers = [];
    for (let host = 1; host <= 61; host += 1) {
      answers.push(await forge(app, `192.0.2.${host}`));
    }

    expect(answers.at(-1)?.statusCode).toBe(429);
  });

  test('is what a proxy of ours writes there', async ({ services }) => {
    const config = { ...services.config, TRUST_PROXY: ['203.0.113.0/24'] };
    const app = await createApp({ ...services, config });

    const spent = await repeat([app, app], 61, () => forge(app, '1.2.3.4, 192.0.2.200'));
    const other = await forge(app, '1.2.3.4, 192.0.2.201');
    await app.close();

    expect(spent.at(-1)?.statusCode).toBe(429);
    expect(other.statusCode).toBe(403);
  });

  test('is one for all of a household in IPv6', async ({ app }) => {
    const ask = (remoteAddress: string) =>
      post('/api/login-links', remoteAddress, { email: 'x@example.com' })(app);
    for (let host = 1; host <= 60; host += 1) {
      await ask(`2001:db8:1:2::${host}`);
    }

    expect((await ask('2001:db8:1:2:ffff::1')).statusCode).toBe(429);
    expect((await ask('2001:db8:1:3::1')).statusCode).toBe(403);
  });
});

test('a mailbox gets three login links in an hour, and the answers do not tell', async ({
  app,
  em,
}) => {
  const server = await startMailServer();
  await useMailServer(em, server.port);
  await query(
    em,
    `insert into settings (key, value, owner, updated_at) values ('general', '{"loginLinksByEmail": true}', 'admin', now())
     on conflict (key) do update set value = excluded.value`,
  );
  const user = await createUser(em, person('flooded'), { id: randomUUID(), isAdmin: false });
  await query(em, 'update users set email_verified = true where id = $1', [user.id]);

  const answers = [];
  for (let host = 1; host <= 6; host += 1) {
    const ask = post('/api/login-links', `198.18.0.${host}`, { email: user.email });
    answers.push(await ask(app));
  }

  expect(statuses(answers)).toEqual(Array(6).fill(202));
  await vi.waitFor(async () => {
    const asked = await query(em, 'select from rate_limits where attempts = 6');
    const links = await query(em, `select from audit_events where event = 'login_link_created'`);
    expect([asked.length, links.length]).toEqual([1, 3]);
  });
  await server.close();
});

describe('a client that is proven wrongly', () => {
  const MACHINE: Partial<ClientDeclaration> = { grantTypes: ['client_credentials'] };
  const WRONG = { secret: 'no secret of anybody', params: { grant_type: 'client_credentials' } };

  test('sixty times is not looked at any more, on two replicas, and costs no other client', async ({
    em,
    replicas,
  }) => {
    const [broken, sound] = [await registerClient(em, MACHINE), await registerClient(em, MACHINE)];

    const wrong = await repeat(replicas, 64, (app) =>
      call(app, '/oauth/token', { ...broken, ...WRONG }),
    );
    const right = await repeat(replicas, 2, (app) =>
      call(app, '/oauth/token', { ...broken, params: WRONG.params }),
    );
    const others = await repeat(replicas, 2, (app) =>
      call(app, '/oauth/token', { ...sound, params: WRONG.params }),
    );

    expect(statuses(wrong)).toEqual([...Array(60).fill(401), 429, 429, 429, 429]);
    expect(Number(wrong.at(-1)?.headers['retry-after'])).toBeGreaterThan(500);
    expect(wrong.at(-1)?.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect(statuses(right)).toEqual([429, 429]);
    expect(statuses(others)).toEqual([200, 200]);
  });

  test('leaves a count behind, and one that is proven rightly does not', async ({ app, em }) => {
    const client = await registerClient(em, MACHINE);
    await query(em, 'delete from rate_limits');

    const right = await call(app, '/oauth/token', { ...client, params: WRONG.params });
    const afterRight = await query(em, 'select attempts from rate_limits');
    const wrong = await call(app, '/oauth/token', { ...client, ...WRONG });
    const afterWrong = await query(em, 'select attempts from rate_limits');

    expect([right.statusCode, wrong.statusCode]).toEqual([200, 401]);
    expect([afterRight, afterWrong]).toEqual([[], [{ attempts: 1 }]]);
  });

  test('without existing is limited by its network, pushed requests among it', async ({
    app,
    em,
  }) => {
    const existing = await registerClient(em, MACHINE);
    const strangers = () =>
      call(app, '/oauth/par', { clientId: randomUUID(), secret: 'x', params: { scope: 'openid' } });

    const answers = await repeat([app, app], 302, strangers);
    const honest = await call(app, '/oauth/token', { ...existing, params: WRONG.params });

    expect(statuses(answers).indexOf(429)).toBe(300);
    expect(statuses(answers).slice(300)).toEqual([429, 429]);
    expect(honest.statusCode).toBe(200);
  });
});
