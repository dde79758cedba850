import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser, type PersonAtBrowser } from './browser.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { Permiso } from './permiso.ts';
import { createApache } from './relying-parties/apache.ts';
import { createAuthlib } from './relying-parties/authlib.ts';
import { type Echo, startEcho } from './relying-parties/echo.ts';
import { createOAuth2Proxy } from './relying-parties/oauth2-proxy.ts';
import { INSTALLATION_MS, type RelyingParty } from './relying-parties/relying-party.ts';

const PATIENCE = { timeout: 20_000, interval: 200 };

const group = (name: string, members: string) => `
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: ${name}, namespace: apps }
spec: { members: [${members}] }
`;

let permiso: Permiso;
let echo: Echo;
let chromium: Browser;
let ada: PersonAtBrowser;
let alan: PersonAtBrowser;

beforeAll(async () => {
  permiso = await Permiso.create();
  echo = await startEcho();
  chromium = await launchChromium(inject('chromiumPath'));
  [ada, alan] = [await openBrowser(chromium), await openBrowser(chromium)];
  await permiso.start();
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
  await enrol(alan.page, await invite(ada.page), ALAN);
  await permiso.writeManifest('engineering.yaml', group('engineering', 'ada'));
  await permiso.process.line('resource=apps/engineering');
});

afterAll(async () => {
  await chromium.close();
  echo.stop();
  await permiso.remove();
});

describe('Authlib in a Flask application', () => {
  const authlib = useRelyingParty(createAuthlib);

  test('signs somebody in who was signed out, and knows name, address and groups', async () => {
    await signIn(ada, authlib());

    expect(await readPage(ada)).toMatchObject({
      iss: permiso.url,
      aud: 'apps.authlib',
      preferred_username: 'ada',
      name: ADA.name,
      email: ADA.email,
      groups: ['engineering'],
    });
  });

  test('is not open to somebody outside the group, who reads why', async () => {
    expect(await readRefusal(alan, authlib())).toContain('open to certain groups');
  });

  test('signs out of Permiso too, and gets its own state back', async () => {
    await ada.page.goto(`${authlib().url}/sign-out`);
    await confirmSignOut(ada);
    await ada.page.waitForURL(`${authlib().url}/signed-out?*`);

    expect(await ada.page.textContent('body')).toBe('You are signed out');
    expect(await isSignedIn(ada)).toBe(false);
  });
});

describe('oauth2-proxy in front of an application', () => {
  const proxy = useRelyingParty(() => createOAuth2Proxy(echo.url));

  test('signs somebody in who was signed out, and tells user name and groups by headers', async () => {
    await signIn(ada, proxy());

    expect(await readPage(ada)).toMatchObject({
      'x-forwarded-preferred-username': 'ada',
      'x-forwarded-groups': 'engineering',
    });
  });

  test('is not open to somebody outside the group, who reads why', async () => {
    expect(await readRefusal(alan, proxy())).toContain('open to certain groups');
  });

  test('learns of a new group at the next refresh', async () => {
    await permiso.writeManifest('operators.yaml', group('operators', 'ada'));

    await expect
      .poll(() => reload(ada), PATIENCE)
      .toContain('"x-forwarded-groups":"engineering,operators"');
  });

  test('lets nobody through who has left the group since', async () => {
    await permiso.writeManifest('engineering.yaml', group('engineering', ''));
    await expect.poll(() => reload(ada), PATIENCE).toContain('You cannot open');

    await permiso.writeManifest('engineering.yaml', group('engineering', 'ada'));
    await expect.poll(() => visit(ada, proxy()), PATIENCE).toContain('x-forwarded-user');
  });

  test('signs out of Permiso too, which says who asks for it', async () => {
    const rd = `${permiso.url}/oauth/logout?id_token_hint={id_token}`;
    await ada.page.goto(`${proxy().url}/oauth2/sign_out?${new URLSearchParams({ rd })}`);
    const question = await confirmSignOut(ada);
    await ada.page.getByRole('heading', { name: 'You are signed out' }).waitFor();

    expect(question).toContain('OAuth2 Proxy asks to sign you out');
    expect(await isSignedIn(ada)).toBe(false);
  });
});

describe('mod_auth_openidc in Apache', () => {
  const apache = useRelyingParty(() => createApache(echo.url));

  test('signs somebody in who was signed out, and tells user name and groups by headers', async () => {
    await signIn(ada, apache());

    expect(await readPage(ada)).toMatchObject({
      oidc_claim_preferred_username: 'ada',
      oidc_claim_email: ADA.email,
      oidc_claim_groups: expect.stringContaining('engineering'),
    });
  });

  test('is not open to somebody outside the group, who reads why', async () => {
    expect(await readRefusal(alan, apache())).toContain('open to certain groups');
  });

  test('learns of a new group at the next refresh', async () => {
    await permiso.writeManifest('auditors.yaml', group('auditors', 'ada'));

    await expect.poll(() => reload(ada), PATIENCE).toMatch(/"oidc_claim_groups":"[^"]*auditors/);
  });

  test('lets nobody through who has left the group since', async () => {
    await permiso.writeManifest('engineering.yaml', group('engineering', ''));
    await expect.poll(() => reload(ada), PATIENCE).toContain('You cannot open');

    await permiso.writeManifest('engineering.yaml', group('engineering', 'ada'));
    await expect.poll(() => visit(ada, apache()), PATIENCE).toContain('oidc_claim_sub');
  });

  test('hears from Permiso that the session has ended there', async () => {
    await ada.page.goto(permiso.url);
    await ada.page.getByRole('button', { name: /^Account/ }).click();
    await ada.page.getByRole('button', { name: 'Sign out' }).click();
    await ada.page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();

    expect(await apache().line('POST /oidc?logout=backchannel')).toMatch(/ 20[04]$/);
    expect(await visit(ada, apache())).toContain('Sign in');
    await ada.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await ada.page.waitForURL(`${apache().url}/`);
  });

  test('signs out of Permiso too', async () => {
    const logout = `${apache().url}/signed-out`;
    await ada.page.goto(`${apache().url}/oidc?${new URLSearchParams({ logout })}`);
    await confirmSignOut(ada);
    await ada.page.waitForURL(logout);

    expect(await readPage(ada)).not.toHaveProperty('oidc_claim_sub');
    expect(await isSignedIn(ada)).toBe(false);
  });
});

/** Installed and started before the tests of a block, ended after them. */
function useRelyingParty(create: () => Promise<RelyingParty>): () => RelyingParty {
  let party: RelyingParty | undefined;
  beforeAll(async () => {
    party = await create();
    await party.install();
    await party.start(permiso);
  }, INSTALLATION_MS);
  afterAll(() => party?.stop());
  return () => party as RelyingParty;
}

/** From nowhere: no session at Permiso, none at the application, no consent given before. */
async function signIn({ context, page }: PersonAtBrowser, { url }: RelyingParty): Promise<void> {
  await context.clearCookies();
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${url}/`);
}

async function readPage({ page }: PersonAtBrowser) {
  return JSON.parse((await page.textContent('body')) ?? '');
}

async function reload({ page }: PersonAtBrowser) {
  await page.reload();
  return readAnything(page);
}

async function visit({ page }: PersonAtBrowser, { url }: RelyingParty) {
  await page.goto(url);
  return readAnything(page);
}

/** What the application behind a proxy shows, or a page of Permiso, which takes a moment. */
async function readAnything(page: Page): Promise<string> {
  if (page.url().startsWith(permiso.url)) {
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  return page.innerText('body');
}

async function readRefusal({ page }: PersonAtBrowser, { url }: RelyingParty) {
  await page.goto(url);
  await page.getByRole('heading', { name: /^You cannot open/ }).waitFor();
  return page.textContent('main');
}

async function confirmSignOut({ page }: PersonAtBrowser): Promise<string> {
  await page.getByRole('heading', { name: 'Sign out of Permiso?' }).waitFor();
  const question = await page.innerText('main');
  await page.getByRole('button', { name: 'Sign out' }).click();
  return question;
}

async function isSignedIn({ page }: PersonAtBrowser): Promise<boolean> {
  const answer = await page.request.get(`${permiso.url}/api/session`);
  return Boolean((await answer.json()).user);
}
