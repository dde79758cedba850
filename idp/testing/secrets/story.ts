import { expect, vi } from 'vitest';
import { ADMIN, addClientSecret, declareClient, type EntityManager, query } from '#core';
import { clientDeclaration, person } from '#core/testing/builders';
import { SoftwareAuthenticator } from '../authenticator.ts';
import { Browser } from '../browser.ts';
import { Device } from '../device.ts';
import type { MailServer } from '../mail-server.ts';
import { signIn } from '../people.ts';
import {
  authorizeUrl,
  call,
  exchange,
  introspect,
  type RelyingParty,
  refresh,
  signInTo,
  type Tokens,
  userinfo,
} from '../relying-party.ts';
import { useGeneralSettings } from '../settings.ts';
import type { Witness } from './witness.ts';

export interface Scene {
  origin: string;
  bootstrapCode: string;
  witness: Witness;
  em: EntityManager;
  mail: MailServer;
}

interface Person {
  browser: Browser;
  authenticator: SoftwareAuthenticator;
}

/** Everything that hands out or takes something secret, once, through the real doors. */
export async function tellStory(scene: Scene): Promise<void> {
  const admin = await setUp(scene);
  const ada = await inviteAndSignUp(scene, admin);
  await askForAccount(scene);
  await useLoginLink(scene, admin);
  await usePasskeys(ada);
  await useApplication(scene, ada);
  await useDevice(scene, ada);
  await haveMishaps(scene, ada);
  await readMail(scene);
  await readEverything(admin);
}

function visit({ witness, origin }: Scene): Person {
  return {
    browser: new Browser(witness, origin),
    authenticator: new SoftwareAuthenticator(origin),
  };
}

async function setUp(scene: Scene): Promise<Person> {
  const admin = visit(scene);
  const details = { ...person('root'), code: scene.bootstrapCode };
  const wrong = { ...details, code: 'not-the-bootstrap-code-0123456789' };
  await admin.browser.post('/api/set-up/options', wrong);
  const options = await admin.browser.post('/api/set-up/options', details);
  const credential = admin.authenticator.create(options.json());
  const answer = await admin.browser.post('/api/set-up', { credential });
  expect(answer.statusCode).toBe(200);
  return admin;
}

async function inviteAndSignUp(scene: Scene, admin: Person): Promise<Person> {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const emails = ['invited@example.org'];
  const mailed = await admin.browser.post('/api/invites/mailed', { expiresAt, emails });
  const { url } = (await admin.browser.post('/api/invites', { expiresAt })).json();
  const token = String(url).split('/').at(-1);
  const ada = visit(scene);
  await ada.browser.get(`/signup/${token}`);
  await ada.browser.get(`/api/sign-up/${token}`);
  const options = await ada.browser.post(`/api/sign-up/${token}/options`, person('ada'));
  const credential = ada.authenticator.create(options.json());
  const answer = await ada.browser.post(`/api/sign-up/${token}`, { credential });
  expect([mailed.statusCode, answer.statusCode]).toEqual([201, 200]);
  return ada;
}

/** The link comes by mail alone. */
async function askForAccount(scene: Scene): Promise<void> {
  await useGeneralSettings(scene.em, { signUp: 'open' });
  const asked = { email: 'stranger@example.org', language: 'en' };
  const answer = await visit(scene).browser.post('/api/sign-up', asked);
  expect(answer.statusCode).toBe(202);
}

async function useLoginLink(scene: Scene, admin: Person): Promise<void> {
  const { users } = (await admin.browser.get('/api/users?search=ada')).json();
  const link = await admin.browser.post(`/api/users/${users[0].id}/login-link`);
  const token = String(link.json().url).split('/').at(-1);
  const { browser } = visit(scene);
  await browser.get(`/login-link/${token}`);
  const used = await browser.post(`/api/login-links/${token}`);
  const again = await browser.post(`/api/login-links/${token}`);
  expect([used.statusCode, again.statusCode]).toEqual([204, 404]);
}

async function usePasskeys({ browser, authenticator }: Person): Promise<void> {
  await signIn(browser, authenticator);
  const asked = (await browser.post('/api/session/step-up/options')).json();
  const stepUp = authenticator.get(asked);
  expect((await browser.post('/api/session/step-up', { credential: stepUp })).statusCode).toBe(204);
  // Used up, forged, and one that is begun and never finished.
  await browser.post('/api/session/step-up', { credential: stepUp });
  const options = (await browser.post('/api/session/options')).json();
  const credential = authenticator.get(options, { breakSignature: true });
  expect((await browser.post('/api/session', { credential })).statusCode).toBe(401);
  await browser.post('/api/session/options');
}

const WIKI = {
  clientId: 'wiki',
  redirectUri: 'https://wiki.example.com/callback',
};

async function useApplication({ em, witness }: Scene, { browser }: Person): Promise<void> {
  const grantTypes = [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:device_code',
  ] as const;
  const declaration = clientDeclaration(WIKI.clientId, { grantTypes: [...grantTypes] });
  await declareClient(em, declaration, ADMIN);
  const { value: secret } = await addClientSecret(em, WIKI.clientId, 'web');
  witness.note('client secret', secret);
  const wiki = { ...WIKI, secret };

  const { tokens, code } = await signInTo(witness, browser, wiki);
  await useTokens(witness, wiki, tokens);
  await exchange(witness, { ...wiki, params: code });
  await exchange(witness, { ...wiki, secret: `${secret}x`, params: code });
  await push(witness, browser, wiki);
  const page = await browser.get(`/oauth/logout?id_token_hint=${tokens.id_token}`);
  const nobody = await new Browser(witness, 'https://id.example.com').get('/oauth/logout');
  expect([page.statusCode, nobody.statusCode]).toEqual([200, 200]);
}

async function useTokens(witness: Witness, wiki: RelyingParty, tokens: Tokens): Promise<void> {
  const statuses = [
    await userinfo(witness, tokens.access_token),
    await refresh(witness, wiki, tokens.refresh_token),
    await exchange(witness, { ...wiki, params: { grant_type: 'client_credentials' } }),
  ].map(({ statusCode }) => statusCode);
  await introspect(witness, wiki, tokens.access_token);
  await call(witness, '/oauth/revoke', { ...wiki, params: { token: tokens.access_token } });
  await userinfo(witness, `${tokens.access_token}x`);
  expect(statuses).toEqual([200, 200, 200]);
}

async function push(witness: Witness, browser: Browser, wiki: RelyingParty): Promise<void> {
  const { searchParams } = new URL(authorizeUrl(wiki).url, 'https://id.example.com');
  const params = Object.fromEntries(searchParams);
  const { request_uri } = (await call(witness, '/oauth/par', { ...wiki, params })).json();
  const address = new URLSearchParams({ client_id: wiki.clientId, request_uri });
  await browser.follow(`/oauth/authorize?${address}`);
  // One that waits for somebody to sign in.
  await new Browser(witness, 'https://id.example.com').follow(authorizeUrl(wiki).url);
}

async function useDevice({ em, witness }: Scene, { browser, authenticator }: Person) {
  const { value: secret } = await addClientSecret(em, WIKI.clientId, 'web');
  witness.note('client secret', secret);
  await signIn(browser, authenticator);
  const device = await Device.begin(witness, { ...WIKI, secret });
  await device.poll();
  await device.approve(browser);
  await query(em, 'delete from rate_limits');
  const answer = await device.poll();
  expect(answer.statusCode).toBe(200);
  // A user code is short, and told from words by its name alone.
  for (const waiting of [device, await Device.begin(witness, { ...WIKI, secret })]) {
    witness.secrets.set(waiting.answer.user_code, 'user code');
    witness.secrets.set(waiting.answer.user_code.replace('-', ''), 'user code');
  }
}

/** Requests that make no sense, and a database that fails in the middle of a sign-up. */
async function haveMishaps(scene: Scene, { browser }: Person): Promise<void> {
  const { witness, em } = scene;
  const token = 'no-token-of-ours-0123456789-abcdefghijklmnopq';
  for (const [url, payload] of [
    [`/api/sign-up/${token}`, { credential: token }],
    [`/api/login-links/${token}`, {}],
    ['/api/session', { credential: { id: token } }],
    ['/api/account', { token }],
  ] as const) {
    await browser.post(url, payload);
  }
  await witness.inject({ method: 'POST', url: '/oauth/token', payload: `{"token": "${token}"` });
  await em.execute(`
    create function mishap() returns trigger language plpgsql as $$ begin raise exception 'mishap'; end $$;
    create trigger mishap before insert on users for each row execute function mishap();
    create trigger mishap before insert on ceremonies for each row when (new.kind = 'sign_in') execute function mishap();
    create trigger mishap before insert on oidc_records for each row execute function mishap();`);
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const invited = await new Browser(witness, scene.origin).post('/api/session/options');
  expect(invited.statusCode).toBe(500);
  await failSignUp(scene, browser, expiresAt);
  await browser.follow(authorizeUrl(WIKI).url);
  await em.execute(
    'drop trigger mishap on users; drop trigger mishap on ceremonies; drop trigger mishap on oidc_records',
  );
}

async function failSignUp(scene: Scene, ada: Browser, expiresAt: string): Promise<void> {
  const { em } = scene;
  await query(em, 'update users set is_admin = true');
  const { url } = (await ada.post('/api/invites', { expiresAt })).json();
  const token = String(url).split('/').at(-1);
  const unlucky = visit(scene);
  const details = person('unlucky');
  const options = await unlucky.browser.post(`/api/sign-up/${token}/options`, details);
  const credential = unlucky.authenticator.create(options.json());
  const answer = await unlucky.browser.post(`/api/sign-up/${token}`, { credential });
  expect(answer.statusCode).toBe(500);
}

async function readMail({ mail, witness }: Scene): Promise<void> {
  await vi.waitFor(
    () => {
      const texts = mail.inbox.map(({ email }) => `${email.text} ${email.html}`).join(' ');
      expect(texts).toContain('/signup/');
      expect(texts).toContain('Somebody entered this address to make an account');
      expect(texts).toContain('/login-link/');
    },
    { timeout: 15_000 },
  );
  for (const { email } of mail.inbox) {
    witness.noteLinks(`${email.text} ${email.html}`);
  }
}

/** What administrators read afterwards. */
async function readEverything({ browser }: Person): Promise<void> {
  for (const url of [
    '/api/audit-log?limit=200',
    '/api/audit-log/export?format=csv',
    '/api/audit-log/export?format=json',
    '/api/mails',
    '/api/users',
    '/api/invites',
    '/api/applications',
    '/api/account/sessions',
    '/api/settings/mail',
    '/readyz',
  ]) {
    expect((await browser.get(url)).statusCode).toBe(200);
  }
}
