import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading, field } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { Permiso } from './permiso.ts';

const FIRST_LETTER = /search=a(&|$)/;
const USERS = '/settings/admin/users';

let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create();
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
  const alan = await openBrowser(chromium, still);
  await enrol(alan.page, await invite(ada.page), ALAN);
  await alan.context.close();
  await permiso.writeManifest('apps.yaml', MANIFESTS);
  await permiso.process.line('resource=apps/vault');
  await ask('/api/groups', 'POST', { name: 'keepers', displayName: 'Keepers' });
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
});

test('a word typed while an answer is under way is searched for', async () => {
  const { page } = ada;
  await read(USERS, 'Users');
  // The answer to the first letters is held back until the whole word was asked for.
  let release = () => {};
  const asked = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(FIRST_LETTER, async (route) => {
    await asked;
    await route.continue();
  });
  const first = page.waitForRequest(FIRST_LETTER);
  const late = page.waitForResponse(FIRST_LETTER);
  const whole = page.waitForResponse(/search=alan/);
  await page.getByLabel('Search by name, username or email').fill('a');
  await first;
  await page.getByLabel('Search by name, username or email').fill('alan');
  await whole;
  release();
  await (await late).finished();

  await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
  expect(await page.getByRole('main').getByRole('listitem').textContent()).toContain('Alan');
  await page.unroute(FIRST_LETTER);
});

test('administrators and disabled accounts are found by what is shown', async () => {
  const { page } = ada;
  await read(USERS, 'Users');
  await field(ada, 'Show').selectOption('Administrators');
  await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
  const admins = await page.getByRole('main').getByRole('listitem').textContent();
  const looks = await inspect(ada);
  await field(ada, 'Show').selectOption('Disabled accounts');
  await page.getByText('Nobody fits.').waitFor();

  expect(admins).toContain('Ada Lovelace');
  expect(looks).toEqual(FLAWLESS);
});

test('a user says which applications stay closed and why, and opens one by joining a group', async () => {
  const { page } = ada;
  await read(USERS, 'Users');
  await page.getByRole('link', { name: ALAN.name }).click();
  await page.getByText('Only for members of: keepers, ghosts').waitFor();
  await page.getByText('These groups do not exist: ghosts').waitFor();
  const closed = await inspect(ada);
  await page.getByLabel('Add to a group').fill('keep');
  await button(ada, 'Add to Keepers').click();
  await page.getByText('By group: keepers').waitFor();

  expect(closed).toEqual(FLAWLESS);
  expect(await ask('/api/groups?search=keepers')).toMatchObject({ groups: [{ memberCount: 1 }] });
});

test('an address that is no address is refused, and another one counts as not confirmed', async () => {
  const { page } = ada;
  await field(ada, 'Name').fill('Alan M. Turing');
  await page.getByLabel('Email').fill('ada@example.com');
  await button(ada, 'Save').click();
  await page.getByText('Another account uses this email address').waitFor();
  const refused = await inspect(ada);
  await page.getByLabel('Email').fill('turing@example.com');
  await button(ada, 'Save').click();
  await page.getByText('Saved').waitFor();

  expect(refused).toEqual(FLAWLESS);
  expect(await ask('/api/users?search=turing@')).toMatchObject({
    users: [{ displayName: 'Alan M. Turing', email: 'turing@example.com' }],
  });
});

test('claims of a user are set here, and the account is disabled afterwards all the same', async () => {
  const { page } = ada;
  await button(ada, 'Add claim').click();
  await field(ada, 'Claim').fill('desk');
  await field(ada, 'Value').fill('4');
  await page.getByText('Number (JSON)').waitFor();
  await button(ada, 'Save claims').click();
  await expect
    .poll(async () => (await ask('/api/users?search=turing@')).users[0].id)
    .toBeTypeOf('string');
  const [{ id }] = (await ask('/api/users?search=turing@')).users;
  await expect.poll(async () => (await ask(`/api/users/${id}`)).customClaims).toHaveLength(1);
  await button(ada, 'Disable').click();
  await page.getByText('The account is disabled').first().waitFor();

  expect(await ask(`/api/users/${id}`)).toMatchObject({
    disabled: true,
    customClaims: [{ key: 'desk', value: '4' }],
  });
  expect(await inspect(ada)).toEqual(FLAWLESS);
});

const MANIFESTS = `
apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: vault, namespace: apps }
spec:
  displayName: Vault
  callbackURLs: ['https://vault.example.com/callback']
  access: { mode: Groups, groups: [keepers, ghosts] }
`;

async function read(path: string, heading: string): Promise<void> {
  await ada.page.goto(permiso.url + path);
  await expectHeading(ada, heading);
}

/** What the server says, by the same session. */
async function ask(path: string, method = 'GET', data?: object) {
  const answer = await ada.page.request.fetch(permiso.url + path, {
    method,
    headers: { origin: permiso.url },
    ...(data && { data }),
  });
  return answer.json();
}
