import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { ADMIN, type ClientDeclaration, declareClient, query } from '#core';
import { clientDeclaration } from '#core/testing';
import { Browser } from '../../testing/browser.ts';
import { Device, followStep } from '../../testing/device.ts';
import { signIn } from '../../testing/people.ts';
import { registerClient } from '../../testing/relying-party.ts';
import { ORIGIN, test } from '../../testing/test.ts';
import { DEVICE_GRANT } from './device.service.ts';

const DEVICES: Partial<ClientDeclaration> = { grantTypes: [DEVICE_GRANT], callbackUrls: [] };

describe('a user code', () => {
  test.for<[string, (code: string) => string]>([
    ['as shown', (code) => code],
    ['in lower case', (code) => code.toLowerCase()],
    ['without its dash', (code) => code.replace('-', '')],
    ['with spaces', (code) => ` ${code.replace('-', ' ').toLowerCase()} `],
    ['with a dash of a phone', (code) => code.replace('-', '–')],
  ])('is understood %s', async ([, write], { app, em, browser }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));

    const step = await device.enter(browser, write(device.answer.user_code));

    expect(step.details).toMatchObject({ prompt: 'login', userCode: device.answer.user_code });
  });

  test('that no device shows is refused', async ({ browser }) => {
    const answer = await browser.post('/device', { userCode: 'BBBB-BBBB' });

    expect([answer.statusCode, answer.json().code]).toEqual([404, 'user_code_unknown']);
  });

  test('of a client that lost the grant is refused', async ({ app, em, browser }) => {
    const client = await registerClient(em, DEVICES);
    const device = await Device.begin(app, client);
    await declareClient(em, clientDeclaration(client.clientId), ADMIN);

    const answer = await browser.post('/device', { userCode: device.answer.user_code });

    expect([answer.statusCode, answer.json().code]).toEqual([403, 'device_not_allowed']);
  });

  test('and the device code lie in no table as they are, on none of the steps', async ({
    app,
    em,
    signUp,
  }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const { browser } = await signUp('ada');
    const { device_code, user_code } = device.answer;
    const secrets = [device_code, user_code, user_code.replace('-', '')];
    const leaks = async () => {
      const rows = await query<{ row: string }>(
        em,
        `select to_jsonb(r)::text as row from oidc_records r union all
         select to_jsonb(l)::text from rate_limits l union all select to_jsonb(a)::text from audit_events a`,
      );
      const session = browser.cookie('__Host-permiso_session') ?? '';
      return rows.filter(({ row }) => [...secrets, session].some((value) => row.includes(value)));
    };

    const step = await device.enter(browser);
    const found = [await leaks()];
    const next = await step.take('device');
    found.push(await leaks());
    await next.take('consent');
    found.push(await leaks());

    expect(browser.cookie('__Host-permiso_session')).toBeTruthy();
    expect(found).toEqual([[], [], []]);
  });
});

describe('the person', () => {
  test('signs in, learns which application and code it is, says yes, and is written down', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em, { ...DEVICES, name: 'Television' });
    const device = await Device.begin(app, client);
    const { authenticator, user } = await signUp('boole');
    const browser = new Browser(app, ORIGIN);

    const step = await device.enter(browser);
    await signIn(browser, authenticator);
    const question = await step.take('login');
    const consent = await question.take('device');
    const end = await consent.take('consent');

    const { user_code: userCode } = device.answer;
    expect(step.details).toMatchObject({ prompt: 'login', client: { name: 'Television' } });
    expect(question.details).toMatchObject({ prompt: 'device', userCode });
    expect(consent.details).toMatchObject({ prompt: 'consent', userCode });
    expect(end.response.body).toContain('&quot;approved&quot;');
    expect(end.response.body).toContain('Television');
    const [event] = await query(
      em,
      `select actor, details from audit_events where event = 'device_code_approved' and target = $1`,
      [`client:${client.clientId}`],
    );
    expect(event).toEqual({
      actor: `user:${user.id}`,
      details: { device: { ip: '127.0.0.1', userAgent: 'lightMyRequest' } },
    });
  });

  test('is asked about the device each time, also when nothing else is to be asked', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em, { ...DEVICES, skipConsent: true });
    const { browser } = await signUp('cantor');
    await (await Device.begin(app, client)).approve(browser);

    const second = await (await Device.begin(app, client)).enter(browser);

    expect(second.prompt).toBe('device');
  });

  test('who may not use the application reads why, and the device hears of it', async ({
    app,
    em,
    signUp,
  }) => {
    const closed = { ...DEVICES, accessMode: 'groups' as const, accessGroups: ['board'] };
    const device = await Device.begin(app, await registerClient(em, closed));
    const { browser } = await signUp('darwin');

    const step = await device.enter(browser);
    const end = await step.take('abort');

    expect(step.details).toMatchObject({ prompt: 'access', refusal: { code: 'not_in_groups' } });
    expect(end.response.body).toContain('&quot;denied&quot;');
    expect((await device.poll()).json().error).toBe('access_denied');
  });

  test('cannot skip the question whether it is their device', async ({ app, em, signUp }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const { browser } = await signUp('euler');
    const found = await browser.post('/device', { userCode: device.answer.user_code });
    const step = await followStep(browser, found);

    const consent = await step.post('consent');
    const resumed = await browser.get(found.json().redirectTo);

    expect(consent.json().code).toBe('interaction_expired');
    expect(resumed.statusCode).not.toBe(200);
    expect((await device.poll()).json().error).toBe('authorization_pending');
  });
});

describe('a device is let in by nobody but', () => {
  test('the browser in which the code was entered', async ({ app, em, signUp }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const [{ browser }, { browser: other }] = [await signUp('fermat'), await signUp('gauss')];
    const found = await browser.post('/device', { userCode: device.answer.user_code });
    const { url } = await browser.follow(found.json().redirectTo);
    const { pathname } = new URL(url, ORIGIN);

    const foreign = await other.post(`${pathname}/device`);
    const resumed = await other.follow(found.json().redirectTo);

    expect(foreign.json().code).toBe('interaction_expired');
    expect(resumed.response.body).toContain('interaction_expired');
    expect((await device.poll()).json().error).toBe('authorization_pending');
  });

  test('the person who was asked', async ({ app, em, signUp }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const { browser } = await signUp('hilbert');
    const { authenticator: other } = await signUp('jacobi');
    const step = await device.enter(browser);

    await signIn(browser, other);
    const answer = await step.post('device');

    expect(answer.json().code).toBe('interaction_expired');
  });

  test('the first of two browsers that say yes at once', async ({ app, em, signUp }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const people = [await signUp('kepler'), await signUp('laplace')];
    const steps = await Promise.all(people.map(({ browser }) => device.enter(browser)));

    const answers = await Promise.all(steps.map((step) => step.post('device')));
    const late = await steps[0]?.post('device');

    const codes = answers.map(({ statusCode }) => statusCode).toSorted();
    expect(codes).toEqual([200, 409]);
    expect([200, 409]).toContain(late?.statusCode);
  });

  test('our own pages', async ({ app, em, signUp }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const { browser } = await signUp('maxwell');
    const step = await device.enter(browser);
    const { pathname } = new URL(step.url, ORIGIN);
    const forge = (url: string, headers: Record<string, string>) =>
      browser.send({
        method: 'POST',
        url,
        payload: { userCode: device.answer.user_code },
        headers,
      });

    const answers = [
      await forge('/device', { 'sec-fetch-site': 'cross-site' }),
      await forge('/device', { origin: 'https://evil.example' }),
      await forge(`${pathname}/device`, { 'sec-fetch-site': 'same-site' }),
    ];
    const link = await browser.get(new URL(device.answer.verification_uri_complete).href);

    expect(answers.map((answer) => answer.json().code)).toEqual(Array(3).fill('cross_site'));
    expect(link.headers['set-cookie']).toBeUndefined();
    expect((await device.poll()).json().error).toBe('authorization_pending');
  });
});

describe('a fresh passkey is needed', () => {
  test.for([
    ['by a client that asks for it each time', { requireReauthentication: true }, {}],
    ['for max_age=0', {}, { max_age: '0' }],
  ] as const)(
    '%s, and amr and auth_time say so',
    async ([name, asks, params], { app, em, signUp }) => {
      const client = await registerClient(em, { ...DEVICES, ...asks });
      const { browser, authenticator } = await signUp(name.replaceAll(/\W/g, '-'));
      const device = await Device.begin(app, client, params);
      await sleep(1100);
      const step = await device.enter(browser);

      const stale = await step.post('login');
      const before = Math.floor(Date.now() / 1000);
      await signIn(browser, authenticator);
      const end = await (await (await step.take('login')).take('device')).take('consent');
      const claims = decodeJwt((await device.poll()).json().id_token);

      expect([step.prompt, stale.json().code]).toEqual(['login', 'fresh_passkey_required']);
      expect(end.prompt).toBeNull();
      expect(claims.amr).toEqual(['pop', 'user', 'mfa']);
      expect(Number(claims.auth_time)).toBeGreaterThanOrEqual(before);
    },
  );
});
