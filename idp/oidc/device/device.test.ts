import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { ADMIN, type ClientDeclaration, declareClient, type EntityManager, query } from '#core';
import { clientDeclaration } from '#core/testing';
import type { Browser } from '../../testing/browser.ts';
import { Device } from '../../testing/device.ts';
import { exchange, refresh, registerClient, userinfo } from '../../testing/relying-party.ts';
import { ORIGIN, test } from '../../testing/test.ts';
import { DEVICE_GRANT } from './device.service.ts';

const DEVICES: Partial<ClientDeclaration> = {
  grantTypes: [DEVICE_GRANT, 'refresh_token'],
  callbackUrls: [],
};

const expire = (em: EntityManager, clientId: string) =>
  query(
    em,
    `update oidc_records set payload = payload || jsonb_build_object('exp', (payload ->> 'exp')::int - 601)
     where model = 'DeviceCode' and client_id = $1`,
    [clientId],
  );

describe('a device', () => {
  test.for(['public', 'confidential'] as const)(
    'of a %s client is let in by a person, and may stay',
    async (type, { app, em, signUp }) => {
      const client = await registerClient(em, { ...DEVICES, type });
      const { browser, user } = await signUp(`ada-${type}`);
      const device = await Device.begin(app, client);

      const before = await device.poll();
      await device.approve(browser);
      const after = await device.poll();

      const { access_token, id_token, refresh_token } = after.json();
      expect(before.json().error).toBe('authorization_pending');
      expect(decodeJwt(id_token)).toMatchObject({ sub: user.id, aud: client.clientId });
      expect((await userinfo(app, access_token)).json().preferred_username).toBe(user.username);
      expect((await refresh(app, client, refresh_token)).statusCode).toBe(200);
    },
  );

  test('is told where to send the person, how long, and how often it may ask', async ({
    app,
    em,
  }) => {
    const { answer } = await Device.begin(app, await registerClient(em, DEVICES));

    expect(answer).toMatchObject({
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${ORIGIN}/device`,
      verification_uri_complete: `${ORIGIN}/device?user_code=${answer.user_code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  test('that asks too often is slowed down, until it waits', async ({ app, em }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));

    const [first, second] = [await device.poll(), await device.poll()];
    await query(em, `update rate_limits set expires_at = expires_at - interval '4 seconds'`);
    const third = await device.poll();

    const errors = [first, second, third].map((answer) => answer.json().error);
    expect(errors).toEqual(['authorization_pending', 'slow_down', 'authorization_pending']);
    expect(second.statusCode).toBe(400);
  });

  test('gets its tokens once, however often it asks at once, and they are good', async ({
    app,
    em,
    signUp,
  }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const { browser } = await signUp('boole');
    await device.approve(browser);

    const answers = await Promise.all(Array.from({ length: 20 }, () => device.poll()));
    const late = await device.poll();

    const won = answers.filter(({ statusCode }) => statusCode === 200);
    const lost = answers.filter(({ statusCode }) => statusCode !== 200);
    expect(won).toHaveLength(1);
    expect([...lost, late].every((answer) => answer.json().error === 'invalid_grant')).toBe(true);
    expect((await userinfo(app, won[0]?.json().access_token)).statusCode).toBe(200);
  });

  test('whose code has expired hears so, and so does the person', async ({ app, em, signUp }) => {
    const client = await registerClient(em, DEVICES);
    const device = await Device.begin(app, client);
    const { browser } = await signUp('cantor');
    const step = await device.enter(browser);
    await expire(em, client.clientId);

    const answer = await device.poll();
    const again = await browser.post('/device', { userCode: device.answer.user_code });
    const late = await step.take('device');

    expect(answer.json().error).toBe('expired_token');
    expect([again.statusCode, again.json().code]).toEqual([410, 'user_code_expired']);
    expect(late.response.body).toContain('user_code_expired');
  });

  test('that was refused hears so as often as it asks, and the person finds the code used', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em, DEVICES);
    const device = await Device.begin(app, client);
    const { browser, user } = await signUp('darwin');

    const end = await (await device.enter(browser)).take('abort');
    const answers = [await device.poll(), await device.poll()];
    const again = await browser.post('/device', { userCode: device.answer.user_code });

    expect(end.response.body).toContain('&quot;denied&quot;');
    expect(answers.map((answer) => answer.json().error)).toEqual([
      'access_denied',
      'access_denied',
    ]);
    expect([again.statusCode, again.json().code]).toEqual([409, 'user_code_used']);
    const [event] = await query(
      em,
      `select actor, user_id, ip from audit_events where event = 'device_code_denied' and target = $1`,
      [`client:${client.clientId}`],
    );
    expect(event).toEqual({ actor: `user:${user.id}`, user_id: user.id, ip: '127.0.0.1' });
  });

  test('cannot use the code of another client', async ({ app, em, signUp }) => {
    const [client, other] = [await registerClient(em, DEVICES), await registerClient(em, DEVICES)];
    const device = await Device.begin(app, client);
    const { browser } = await signUp('euler');
    await device.approve(browser);

    const theft = await device.poll({ client: other });

    expect(theft.json().error).toBe('invalid_grant');
    expect((await device.poll()).statusCode).toBe(200);
  });

  test('of a client without the grant gets neither code nor token', async ({ app, em }) => {
    const client = await registerClient(em);

    const { answer } = await Device.begin(app, client);
    const params = { grant_type: DEVICE_GRANT, device_code: 'x' };

    expect(answer).toMatchObject({ error: 'invalid_request' });
    expect((await exchange(app, { ...client, params })).json().error).toBe('invalid_request');
  });

  test('stays when the person signs out only with offline_access', async ({ app, em, signUp }) => {
    const client = await registerClient(em, DEVICES);
    const { browser } = await signUp('fermat');
    const [bound, free] = [
      await Device.begin(app, client),
      await Device.begin(app, client, { scope: 'openid offline_access' }),
    ];
    await bound.approve(browser);
    await free.approve(browser);
    const [first, second] = [(await bound.poll()).json(), (await free.poll()).json()];

    await signOut(browser);

    expect((await refresh(app, client, first.refresh_token)).json().error).toBe('invalid_grant');
    expect((await refresh(app, client, second.refresh_token)).statusCode).toBe(200);
  });
});

describe('a device that was let in gets nothing after', () => {
  interface Fall {
    em: EntityManager;
    browser: Browser;
    userId: string;
    clientId: string;
  }

  test.for<[string, (fall: Fall) => Promise<unknown>]>([
    [
      'the person was disabled',
      ({ em, userId }) => query(em, 'update users set disabled_at = now() where id = $1', [userId]),
    ],
    [
      'the person was deleted',
      ({ em, userId }) => query(em, 'delete from users where id = $1', [userId]),
    ],
    [
      'the application was closed to their groups',
      ({ em, clientId }) =>
        declareClient(
          em,
          clientDeclaration(clientId, {
            ...DEVICES,
            accessMode: 'groups',
            accessGroups: ['board'],
          }),
          ADMIN,
        ),
    ],
    [
      'the consent was taken back',
      ({ em, userId }) => query(em, 'delete from consents where user_id = $1', [userId]),
    ],
    ['the session ended', ({ browser }) => signOut(browser)],
    [
      'the grant was taken from the client',
      ({ em, clientId }) => declareClient(em, clientDeclaration(clientId), ADMIN),
    ],
  ])('%s', async ([reason, fall], { app, em, signUp }) => {
    const client = await registerClient(em, DEVICES);
    const { browser, user } = await signUp(reason.replaceAll(' ', '-').slice(4));
    const device = await Device.begin(app, client);
    await device.approve(browser);

    await fall({ em, browser, userId: user.id, clientId: client.clientId });
    const answer = await device.poll();

    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatch(/invalid_grant|invalid_request/);
  });
});

function signOut(browser: Browser) {
  return browser.send({
    method: 'DELETE',
    url: '/api/session',
    headers: { 'sec-fetch-site': 'same-origin' },
  });
}
