import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';
import { fuzz } from './schemathesis/fuzz.ts';

describe('a program that gets an API key', () => {
  let permiso: Permiso;
  let chromium: Browser;
  let page: Page;
  let key: string;

  beforeAll(async () => {
    permiso = await Permiso.create();
    chromium = await launchChromium(inject('chromiumPath'));
    await permiso.start();
    ({ page } = await openBrowser(chromium, { reducedMotion: 'reduce' }));
    await enrol(page, `${permiso.url}/setup`, ADA);
  });

  afterAll(async () => {
    await chromium.close();
    await permiso.remove();
  });

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

  async function call(method = 'GET', body?: object): Promise<number> {
    const answer = await fetch(`${permiso.url}/api/account`, {
      method,
      headers: { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.status;
  }

  async function readKey(): Promise<string> {
    return page.getByRole('textbox', { name: 'API key' }).inputValue();
  }

  test('calls the API with it, and changes nothing with one that may only read', async () => {
    await page.goto(`${permiso.url}/settings/account/api-keys`);
    await press('New API key');
    await page.getByLabel('Name', { exact: true }).fill('Backup');
    await press('Create');
    key = await readKey();
    await press('Close');
    await page.getByText('Read only').waitFor();

    expect(await call()).toBe(200);
    expect(await call('PATCH', { displayName: 'Somebody else' })).toBe(403);
  });

  test('needs the new value once the key is renewed', async () => {
    await press('Renew Backup');
    await press('Renew');
    const renewed = await readKey();
    await press('Close');

    expect(await call()).toBe(401);
    key = renewed;
    expect(await call()).toBe(200);
  });

  test('is refused once an administrator revokes the key', async () => {
    await page.goto(`${permiso.url}/settings/admin/api-keys`);
    await page.getByText(ADA.username, { exact: false }).first().waitFor();
    await press('Revoke Backup');
    await press('Revoke');
    await page.getByText('No API key fits.').waitFor();

    expect(await call()).toBe(401);
  });

  test('finds the API as its description says, whatever it sends', async () => {
    await page.goto(`${permiso.url}/settings/account/api-keys`);
    await press('New API key');
    await page.getByLabel('Name', { exact: true }).fill('Fuzz');
    await page.getByLabel('It may').selectOption('full');
    await press('Create');
    const full = await readKey();
    await press('Close');

    expect(await fuzz(permiso.url, full)).toBeNull();
  }, 180_000);
});
