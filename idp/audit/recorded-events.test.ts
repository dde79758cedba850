import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import {
  ADMIN,
  AUDIT_DETAILS,
  AUDIT_EVENTS,
  addClientSecret,
  declareClient,
  declareSettings,
  type EntityManager,
  expireOtherClientSecrets,
  kubernetesOwner,
  listAuditEvents,
  query,
  type SmtpSettings,
} from '#core';
import { clientDeclaration } from '#core/testing';
import { Browser } from '../testing/browser.ts';
import { signIn } from '../testing/people.ts';
import { authorize, registerClient, signInTo } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';
import en from '../web/locales/inside/en.json' with { type: 'json' };

const fresh = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

/** What the log tells of somebody, the newest first. */
async function eventsOf(em: EntityManager, user: string) {
  const lines = await listAuditEvents(em, { filter: { user }, limit: 100 });
  return lines.map(({ event, target, details }) => ({ event, target, details }));
}

async function send(browser: Browser, method: 'DELETE' | 'PATCH', url: string, payload = {}) {
  return browser.send({ method, url, payload, headers: { 'sec-fetch-site': 'same-origin' } });
}

test.for([
  ['event', AUDIT_EVENTS],
  ['sentence', AUDIT_EVENTS],
  ['detail', AUDIT_DETAILS],
] as const)('every %s has words, and no words are left over', ([kind, names]) => {
  const texts = Object.keys(en)
    .filter((key) => key.startsWith(`audit.${kind}.`))
    .map((key) => key.replace(/_(one|other)$/, ''));

  expect([...new Set(texts)].toSorted()).toEqual(
    names.map((name) => `audit.${kind}.${name}`).toSorted(),
  );
});

describe('the audit log tells of', () => {
  test('every sign-in and how: by passkey, again, and by login link', async ({
    app,
    em,
    signUp,
  }) => {
    const { user, authenticator } = await signUp(fresh('ada'));
    const admin = await signUp(fresh('admin'));
    await query(em, 'update users set is_admin = true where id = $1', [admin.user.id]);
    const browser = new Browser(app, ORIGIN);

    await signIn(browser, authenticator);
    await signIn(browser, authenticator);
    const { url } = (await admin.browser.post(`/api/users/${user.id}/login-link`)).json();
    await new Browser(app, ORIGIN).post(`/api/login-links/${url.split('/').at(-1)}`);

    const signIns = (await eventsOf(em, user.username)).filter(
      ({ event }) => event === 'signed_in',
    );
    expect(signIns.map(({ details }) => details)).toEqual([
      { method: 'login_link', again: false, newDevice: true },
      { method: 'passkey', again: true, newDevice: false },
      { method: 'passkey', again: false, newDevice: true },
      { method: 'sign_up', again: false, newDevice: false },
    ]);
  });

  test('a sign-in that failed, to the person whose passkey it was', async ({ em, signUp }) => {
    const { user, browser, authenticator } = await signUp(fresh('eve'));
    const options = (await browser.post('/api/session/options')).json();
    const credential = authenticator.get(options);

    await browser.post('/api/session', {
      credential: {
        ...credential,
        response: { ...credential.response, signature: Buffer.alloc(70).toString('base64url') },
      },
    });

    expect((await eventsOf(em, user.username))[0]).toMatchObject({
      event: 'sign_in_failed',
      details: { method: 'passkey', code: 'passkey_refused' },
    });
  });

  test('a passkey that somebody who is signed in could not use again', async ({ em, signUp }) => {
    const { user, browser } = await signUp(fresh('bob'));
    const other = await signUp(fresh('mallory'));
    const options = (await browser.post('/api/session/step-up/options')).json();

    const credential = other.authenticator.get(options);
    await browser.post('/api/session/step-up', { credential });

    expect((await eventsOf(em, user.username))[0]).toMatchObject({
      event: 'sign_in_failed',
      details: { code: 'passkey_refused' },
    });
  });

  test('a login link that opens nothing', async ({ browser, em }) => {
    await browser.post(`/api/login-links/${'x'.repeat(43)}`);

    const [line] = await listAuditEvents(em, { filter: { event: 'sign_in_failed' }, limit: 1 });
    expect(line).toMatchObject({
      actor: 'nobody',
      details: { method: 'login_link', code: 'login_link_not_valid' },
    });
    expect(JSON.stringify(line)).not.toContain('xxxx');
  });

  test('a new name of a passkey', async ({ em, signUp }) => {
    const { user, browser } = await signUp(fresh('cleo'));
    const [{ id }] = (await browser.get('/api/account/passkeys')).json();

    await send(browser, 'PATCH', `/api/account/passkeys/${id}`, { name: 'Key ring' });

    expect((await eventsOf(em, user.username))[0]).toMatchObject({
      event: 'passkey_renamed',
      details: { name: 'Key ring' },
    });
  });

  test('consent, once, and each time an application learns who somebody is', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { user, browser } = await signUp(fresh('dora'));

    await signInTo(app, browser, client);
    await signInTo(app, browser, client);

    const target = `client:${client.clientId}`;
    const scopes = ['openid', 'profile', 'email', 'groups'];
    expect((await eventsOf(em, user.username)).slice(0, 3)).toMatchObject([
      { event: 'client_authorised', target, details: { scopes } },
      { event: 'client_authorised', target },
      { event: 'consent_given', target },
    ]);
  });

  test.for([
    ['when the page says so', {}],
    ['when the application asked for no page', { prompt: 'none' }],
  ] as const)(
    'an application that somebody may not open, and why, %s',
    async ([, params], { em, signUp }) => {
      const client = await registerClient(em, { accessMode: 'groups', accessGroups: ['staff'] });
      const { user, browser } = await signUp(fresh('emil'));

      await authorize(browser, { ...client, params });

      const refused = (await eventsOf(em, user.username)).filter(
        ({ event }) => event === 'authorisation_refused',
      );
      expect(refused).toEqual([
        {
          event: 'authorisation_refused',
          target: `client:${client.clientId}`,
          details: {
            code: 'not_in_groups',
            reason: expect.stringContaining('certain groups only'),
          },
        },
      ]);
    },
  );

  test('a sign-out that an application asked for', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { user, browser } = await signUp(fresh('finn'));
    const { tokens } = await signInTo(app, browser, client);

    const page = await browser.get(`/oauth/logout?id_token_hint=${tokens.id_token}`);
    const xsrf = /xsrf&quot;:&quot;([^&]+)/.exec(page.body)?.[1];
    await browser.send({
      method: 'POST',
      url: '/oauth/logout/confirm',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `xsrf=${xsrf}&logout=yes`,
    });

    expect((await eventsOf(em, user.username))[0]).toMatchObject({
      event: 'signed_out',
      target: `client:${client.clientId}`,
    });
  });

  test('a client’s secrets as they come and end, without them', async ({ em }) => {
    const id = fresh('wiki');
    const owner = kubernetesOwner('OIDCClient', 'apps', 'wiki');
    await declareClient(em, clientDeclaration(id), owner);

    const first = await addClientSecret(em, id, 'declared');
    const second = await addClientSecret(em, id, 'declared');
    await expireOtherClientSecrets(em, id, { keep: second.secret.id, at: new Date() });

    const lines = await listAuditEvents(em, { filter: { client: id }, limit: 10 });
    expect(lines.map(({ event, actor }) => ({ event, actor }))).toEqual(
      ['client_secrets_ended', 'client_secret_added', 'client_secret_added', 'client_declared'].map(
        (event) => ({ event, actor: owner }),
      ),
    );
    expect(JSON.stringify(lines)).not.toContain(first.value);
    expect(JSON.stringify(lines)).not.toContain(second.value);
  });

  test('settings before and after, but never a password', async ({ em }) => {
    const smtp: SmtpSettings = {
      host: 'old.example.com',
      port: 587,
      tls: 'starttls',
      ca: null,
      insecureSkipVerify: false,
      from: { address: 'id@example.com', name: null },
      auth: { username: 'id', password: 'sealed-once' },
    };
    await declareSettings(em, 'smtp', smtp, ADMIN);
    const auth = { username: 'id', password: 'sealed-twice' };
    await declareSettings(em.fork(), 'smtp', { ...smtp, host: 'new.example.com', auth }, ADMIN);

    const lines = await listAuditEvents(em, { filter: { event: 'settings_declared' }, limit: 2 });
    const hidden = { username: 'id', password: '(secret)' };
    expect(lines[0]?.details).toEqual({
      changed: [
        { field: 'host', actual: 'old.example.com', desired: 'new.example.com' },
        { field: 'auth', actual: hidden, desired: hidden },
      ],
    });
    expect(JSON.stringify(lines)).not.toContain('sealed');
  });
});
