import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { describe, expect, vi } from 'vitest';
import { ADMIN, declareClient, type EntityManager, endSession, query } from '#core';
import { clientDeclaration } from '#core/testing';
import { createOutbound } from '../http/outbound.ts';
import type { Browser } from '../testing/browser.ts';
import { type RelyingParty, registerClient, signInTo } from '../testing/relying-party.ts';
import { test as base, ORIGIN, startReplica } from '../testing/test.ts';

type Replica = Awaited<ReturnType<typeof startReplica>>;

interface Fixtures {
  /** An application that is told of ended sessions, with what it heard and how it answers. */
  application: { url: string; heard: string[]; answer: 'ok' | 'fail' | 'redirect' | 'never' };
  replicas: [Replica, Replica];

  /** Signs in to a client that is told at this URL; with the person's browser and ID token. */
  signInTo(
    url: string | null,
  ): Promise<{ client: RelyingParty; browser: Browser; idToken: string }>;
}

const test = base.extend<Fixtures>({
  application: async ({ task: _task }, use) => {
    const application: Fixtures['application'] = { url: '', heard: [], answer: 'ok' };
    const server = createServer(async (request, response) => {
      application.heard.push(new URLSearchParams(await text(request)).get('logout_token') ?? '');
      switch (application.answer) {
        case 'ok':
          return response.writeHead(200).end();
        case 'fail':
          return response.writeHead(500).end();
        case 'redirect':
          return response.writeHead(307, { location: application.url }).end();
        default:
          return;
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    application.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`;
    await use(application);
    server.closeAllConnections();
    server.close();
  },
  replicas: async ({ database, databaseUrl }, use) => {
    const means = { database, databaseUrl };
    const replicas: [Replica, Replica] = [await startReplica(means), await startReplica(means)];
    await vi.waitFor(() =>
      expect(replicas.every(({ services }) => services.changes.isLive)).toBe(true),
    );
    await use(replicas);
    await Promise.all(replicas.map((replica) => replica.stop()));
  },
  signInTo: async ({ app, em, signUp }, use) => {
    await use(async (backchannelLogoutUrl) => {
      const client = await registerClient(em, { backchannelLogoutUrl });
      const { browser } = await signUp(`person-${client.clientId}`);
      const { tokens } = await signInTo(app, browser, client);
      return { client, browser, idToken: tokens.id_token };
    });
  },
});

interface Queued {
  attempts: number;
  last_error: string | null;
  is_given_up: boolean;
}

async function listQueued(em: EntityManager): Promise<Queued[]> {
  return query<Queued>(
    em.fork(),
    'select attempts, last_error, next_attempt_at is null as is_given_up from backchannel_logouts',
  );
}

/** Instead of waiting until the next attempt is due. */
async function makeDue(em: EntityManager, attempts = 1): Promise<void> {
  await query(
    em,
    'update backchannel_logouts set next_attempt_at = now() - interval $$1 second$$, attempts = $1',
    [attempts],
  );
  await query(em, `select pg_notify('registry', '{"table": "backchannel_logouts"}')`);
}

async function signOutByApplication(browser: Browser, idToken: string): Promise<void> {
  const page = await browser.get(`/oauth/logout?id_token_hint=${idToken}`);
  const [, xsrf] = /xsrf(?:&quot;|"):\s*(?:&quot;|")([\w-]+)/.exec(page.body) ?? [];
  await browser.send({
    method: 'POST',
    url: '/oauth/logout/confirm',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
    payload: `xsrf=${xsrf}&logout=yes`,
  });
}

const ENDS: [string, (browser: Browser, idToken: string, em: EntityManager) => Promise<unknown>][] =
  [
    ['the person signs out at an application', signOutByApplication],
    [
      'the person signs out here',
      (browser) =>
        browser.send({
          method: 'DELETE',
          url: '/api/session',
          headers: { 'sec-fetch-site': 'same-origin' },
        }),
    ],
    [
      'the account is deleted',
      (_browser, idToken, em) =>
        query(em, 'delete from users where id = $1', [decodeJwt(idToken).sub]),
    ],
  ];

describe('when a session ends', () => {
  test.for(ENDS)(
    'because %s, the application hears of it',
    async ([, end], { application, replicas, signInTo, em }) => {
      const { client, browser, idToken } = await signInTo(application.url);

      await end(browser, idToken, em);
      await vi.waitFor(() => expect(application.heard).toHaveLength(1));

      const keys = (await replicas[0].app.inject('/.well-known/jwks.json')).json();
      const { payload } = await jwtVerify(application.heard[0] ?? '', createLocalJWKSet(keys), {
        issuer: ORIGIN,
        audience: client.clientId,
        typ: 'logout+jwt',
      });
      const { sub, sid } = decodeJwt(idToken);
      expect(payload).toMatchObject({ sub, sid, jti: expect.any(String) });
      expect(sid).toEqual(expect.any(String));
      expect(payload.events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
      expect(payload).not.toHaveProperty('nonce');
      await vi.waitFor(async () => expect(await listQueued(em)).toEqual([]));
    },
  );

  test('two replicas tell each of twenty applications once', async ({
    application,
    replicas: _replicas,
    app,
    em,
    signUp,
  }) => {
    const { browser, user } = await signUp('visitor');
    for (let index = 0; index < 20; index += 1) {
      const client = await registerClient(em, {
        backchannelLogoutUrl: application.url,
        skipConsent: true,
      });
      await signInTo(app, browser, client);
    }

    await query(em, 'delete from sessions where user_id = $1', [user.id]);
    await vi.waitFor(() => expect(application.heard).toHaveLength(20));
    await vi.waitFor(async () => expect(await listQueued(em)).toEqual([]));

    const told = application.heard.map((token) => decodeJwt(token).aud);
    expect(new Set(told).size).toBe(20);
  });

  test('the person does not wait for an application that is slow', async ({
    application,
    replicas: _replicas,
    signInTo,
    em,
  }) => {
    application.answer = 'never';
    const { browser, idToken } = await signInTo(application.url);

    await signOutByApplication(browser, idToken);

    expect((await browser.get('/api/session')).json().user).toBeNull();
    await vi.waitFor(async () =>
      expect(await listQueued(em)).toMatchObject([
        { attempts: 1, last_error: 'no answer within 5 seconds', is_given_up: false },
      ]),
    );
    application.answer = 'ok';
    await makeDue(em);
    await vi.waitFor(async () => expect(await listQueued(em)).toEqual([]));
    const [first, second] = application.heard.map((token) => decodeJwt(token).jti);
    expect(first).not.toBe(second);
  });

  test('an application that sends us elsewhere is not followed', async ({
    application,
    replicas: _replicas,
    signInTo,
    em,
  }) => {
    application.answer = 'redirect';
    const { browser, idToken } = await signInTo(application.url);

    await signOutByApplication(browser, idToken);

    await vi.waitFor(async () =>
      expect(await listQueued(em)).toMatchObject([
        { last_error: expect.stringContaining('got: 307 Temporary Redirect') },
      ]),
    );
    expect(application.heard).toHaveLength(1);
    await query(em, 'delete from backchannel_logouts');
  });

  test('an application that never takes it is given up in the end, and the audit log says why', async ({
    application,
    replicas: _replicas,
    signInTo,
    em,
  }) => {
    application.answer = 'fail';
    const { client, browser, idToken } = await signInTo(application.url);
    await signOutByApplication(browser, idToken);
    await vi.waitFor(async () =>
      expect(await listQueued(em)).toMatchObject([{ attempts: 1, is_given_up: false }]),
    );

    await makeDue(em, 6);

    await vi.waitFor(async () =>
      expect(
        await query(em.fork(), 'select target, details from audit_events where event = $1', [
          'backchannel_logout_failed',
        ]),
      ).toEqual([
        {
          target: `client:${client.clientId}`,
          details: { attempts: 7, reason: expect.stringContaining('got: 500') },
        },
      ]),
    );
    expect(await listQueued(em)).toMatchObject([{ is_given_up: true }]);
    await query(em, 'delete from backchannel_logouts');
  });

  test('an application whose last attempt a killed process took with it is given up, once, by two replicas', async ({
    application,
    replicas: _replicas,
    signInTo,
    em,
  }) => {
    application.answer = 'fail';
    const { client, browser, idToken } = await signInTo(application.url);
    await signOutByApplication(browser, idToken);
    await vi.waitFor(async () =>
      expect(await listQueued(em)).toMatchObject([
        { last_error: expect.stringContaining('got: 500') },
      ]),
    );

    await makeDue(em, 7);
    await vi.waitFor(async () =>
      expect(await listQueued(em)).toMatchObject([{ attempts: 7, is_given_up: true }]),
    );

    const reason = expect.stringContaining('nobody came back from the last attempt');
    expect(
      await query(
        em,
        `select details from audit_events where event = 'backchannel_logout_failed' and target = $1`,
        [`client:${client.clientId}`],
      ),
    ).toEqual([{ details: { attempts: 7, reason } }]);
    expect(application.heard).toHaveLength(1);
    await query(em, 'delete from backchannel_logouts');
  });

  test('an application at a private address is not called, and the reason is kept', async ({
    application,
    database,
    databaseUrl,
    signInTo,
    em,
  }) => {
    const careful = await startReplica(
      { database, databaseUrl },
      { outbound: createOutbound({ privateNetworks: [] }) },
    );
    await vi.waitFor(() => expect(careful.services.changes.isLive).toBe(true));
    const { browser, idToken } = await signInTo(application.url);

    await signOutByApplication(browser, idToken);

    await vi.waitFor(async () =>
      expect(await listQueued(em)).toMatchObject([
        { last_error: expect.stringContaining('is no public address') },
      ]),
    );
    await careful.stop();
    expect(application.heard).toEqual([]);
    await query(em, 'delete from backchannel_logouts');
  });

  test.for<[string, (em: EntityManager, client: RelyingParty) => Promise<unknown>]>([
    [
      'ended by its time',
      (em) => query(em, `update sessions set expires_at = now() - interval '1 second'`),
    ],
    [
      'whose application no longer wants to hear',
      (em, { clientId }) => declareClient(em, clientDeclaration(clientId), ADMIN),
    ],
    [
      'whose application is gone',
      (em, { clientId }) => query(em, 'delete from clients where id = $1', [clientId]),
    ],
  ])('one %s tells nobody', async ([, change], { application, signInTo, em }) => {
    const { client } = await signInTo(application.url);
    await change(em, client);

    const sessions = await query<{ id: string }>(em, 'select id from sessions');
    for (const { id } of sessions) {
      await endSession(em, id);
    }

    expect(await listQueued(em)).toEqual([]);
  });
});
