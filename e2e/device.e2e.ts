import * as openid from 'openid-client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, click, expectHeading, field, press, type } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';

const MANIFEST = `
apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: television, namespace: apps }
spec:
  displayName: Television
  type: Public
  grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', refresh_token]
  access: { mode: Everyone }
---
apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: vault, namespace: apps }
spec:
  displayName: Vault
  type: Public
  grantTypes: ['urn:ietf:params:oauth:grant-type:device_code']
  access: { mode: Groups, groups: [security] }
`;

type Place = [name: string, visit: () => Promise<Visitor>];

let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;
let nobody: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create();
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  await permiso.writeManifest('television.yaml', MANIFEST);
  await permiso.process.line('resource=apps/television');
  await permiso.process.line('resource=apps/vault');
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  const context = await chromium.newContext(still);
  nobody = await observe({ context, page: await context.newPage() });
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
});

test('a link from the device leads to the question, the consent, and back to the device', async () => {
  const device = await startDevice('television');
  await ada.page.goto(device.verification_uri_complete ?? '');
  await click(ada, 'Continue', 'Is this your device?');
  const question = await ada.page.textContent('main');
  await click(ada, 'Yes, it is', 'Allow Television?');
  await click(ada, 'Allow', 'Go back to your device');
  const tokens = await device.poll();

  expect(question).toContain('Television');
  expect(question).toContain(device.user_code);
  expect(question).toContain('Did somebody send you this code?');
  expect(tokens.claims()?.preferred_username).toBe('ada');
  expect(ada.complaints).toEqual([]);
});

test('a keyboard is enough, for a code in lower case and a passkey on the way', async () => {
  const device = await startDevice('television');
  await ada.context.clearCookies();
  await ada.page.goto(device.verification_uri);
  await type(field(ada, 'Code'), device.user_code.toLowerCase().replace('-', ' '));
  await press(button(ada, 'Continue'));
  await press(button(ada, 'Sign in with a passkey'));
  await press(button(ada, 'Yes, it is'));
  await expectHeading(ada, 'Go back to your device');
  const tokens = await device.poll();

  expect(tokens.claims()).toMatchObject({ preferred_username: 'ada', amr: ['pop', 'user', 'mfa'] });
  expect(ada.complaints).toEqual([]);
});

test('a person who refuses is believed', async () => {
  const device = await startDevice('television');
  await ada.page.goto(device.verification_uri_complete ?? '');
  await click(ada, 'Continue', 'Is this your device?');
  await click(ada, 'Refuse', 'The device was refused');

  await expect(device.poll()).rejects.toMatchObject({ error: 'access_denied' });
});

describe('axe, the console and a phone object to nothing on', () => {
  const places: Place[] = [
    ['the page for the code', () => enter(nobody)],
    ['a wrong code', mistype],
    ['sign-in for a device', () => ask(nobody, 'television', 'Sign in to Television')],
    ['the question', () => ask(ada, 'television', 'Is this your device?')],
    ['the refusal by a person', () => click(ada, 'Refuse', 'The device was refused')],
    ['the refusal of a person', () => ask(ada, 'vault', 'You cannot open Vault')],
    ['the end of it', () => click(ada, 'Tell the device', 'The device was refused')],
    ['what is left of a finished page', reload],
    ['the success', succeed],
    ['too many wrong codes', guess],
  ];

  test.for(places)('%s', async ([, visit]) => {
    expect(await inspect(await visit())).toEqual(FLAWLESS);
  });

  test('the page for the code in German', async () => {
    const context = await chromium.newContext({ locale: 'de-AT', reducedMotion: 'reduce' });
    const visitor = await observe({ context, page: await context.newPage() });
    await visitor.page.goto(`${permiso.url}/device`);

    expect(await inspect(await expectHeading(visitor, 'Gerät verbinden'))).toEqual(FLAWLESS);
  });
});

/** A device as a customer would write it. */
async function startDevice(name: string) {
  const config = await openid.discovery(
    new URL(permiso.url),
    `apps.${name}`,
    undefined,
    openid.None(),
    // Only because the test has no TLS.
    { execute: [openid.allowInsecureRequests] },
  );
  const asked = await openid.initiateDeviceAuthorization(config, { scope: 'openid profile' });
  const poll = () => openid.pollDeviceAuthorizationGrant(config, { ...asked, interval: 0.1 });
  return { ...asked, poll };
}

async function enter(visitor: Visitor, code = ''): Promise<Visitor> {
  await visitor.page.goto(`${permiso.url}/device`);
  await field(visitor, 'Code').fill(code);
  return expectHeading(visitor, 'Connect a device');
}

async function ask(visitor: Visitor, name: string, heading: string): Promise<Visitor> {
  const { user_code: userCode } = await startDevice(name);
  return click(await enter(visitor, userCode), 'Continue', heading);
}

async function mistype(): Promise<Visitor> {
  await button(await enter(nobody, 'BBBB-BBBB'), 'Continue').click();
  await nobody.page.getByText('No device is waiting with this code').waitFor();
  return nobody;
}

async function reload(): Promise<Visitor> {
  await ada.page.reload();
  return expectHeading(ada, 'This page has expired');
}

async function succeed(): Promise<Visitor> {
  await ask(ada, 'television', 'Is this your device?');
  return click(ada, 'Yes, it is', 'Go back to your device');
}

async function guess(): Promise<Visitor> {
  await enter(ada, 'BBBB-BBBB');
  const notice = ada.page.getByText('There were too many wrong codes');
  for (let count = 0; count < 12 && !(await notice.isVisible()); count += 1) {
    const answer = ada.page.waitForResponse('**/device');
    await button(ada, 'Continue').click();
    await answer;
  }
  await notice.waitFor();
  return ada;
}
