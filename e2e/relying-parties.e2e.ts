import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser, type PersonAtBrowser } from './browser.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { Permiso } from './permiso.ts';
import { createAuthlib } from './relying-parties/authlib.ts';
import { INSTALLATION_MS, type RelyingParty } from './relying-parties/relying-party.ts';

const ENGINEERING = `
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: engineering, namespace: apps }
spec: { members: [ada] }
`;

let permiso: Permiso;
let chromium: Browser;
let ada: PersonAtBrowser;
let alan: PersonAtBrowser;

beforeAll(async () => {
  permiso = await Permiso.create();
  chromium = await launchChromium(inject('chromiumPath'));
  [ada, alan] = [await openBrowser(chromium), await openBrowser(chromium)];
  await permiso.start();
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
  await enrol(alan.page, await invite(ada.page), ALAN);
  await permiso.writeManifest('engineering.yaml', ENGINEERING);
  await permiso.process.line('resource=apps/engineering');
});

afterAll(async () => {
  await chromium.close();
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
    expect(await readRefusal(alan, authlib())).toContain('open to certain groups only');
  });

  test('signs out of Permiso too, and gets its own state back', async () => {
    await ada.page.goto(`${authlib().url}/sign-out`);
    await confirmSignOut(ada);
    await ada.page.waitForURL(`${authlib().url}/signed-out?*`);

    expect(await ada.page.textContent('body')).toBe('You are signed out');
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

async function readRefusal({ page }: PersonAtBrowser, { url }: RelyingParty) {
  await page.goto(url);
  await page.getByRole('heading', { name: /^You cannot open/ }).waitFor();
  return page.textContent('main');
}

async function confirmSignOut({ page }: PersonAtBrowser): Promise<void> {
  await page.getByRole('heading', { name: 'Sign out of Permiso?' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
}

async function isSignedIn({ page }: PersonAtBrowser): Promise<boolean> {
  const answer = await page.request.get(`${permiso.url}/api/session`);
  return Boolean((await answer.json()).user);
}
