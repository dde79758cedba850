import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser, type PersonAtBrowser } from './browser.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { Permiso } from './permiso.ts';

describe('somebody who lost every passkey', () => {
  let permiso: Permiso;
  let chromium: Browser;
  let ada: PersonAtBrowser;
  let alan: PersonAtBrowser;
  /** A new phone, with no passkey in it. */
  let phone: PersonAtBrowser;
  let link: string;

  beforeAll(async () => {
    permiso = await Permiso.create();
    chromium = await launchChromium(inject('chromiumPath'));
    const open = () => openBrowser(chromium, { reducedMotion: 'reduce' });
    [ada, alan, phone] = [await open(), await open(), await open()];
    await permiso.start();
    await enrol(ada.page, `${permiso.url}/setup`, ADA);
    await enrol(alan.page, await invite(ada.page), ALAN);
  });

  afterAll(async () => {
    await chromium.close();
    await permiso.remove();
  });

  async function whoIs({ page }: PersonAtBrowser): Promise<string | null> {
    const answer = await page.request.get(`${permiso.url}/api/session`);
    return (await answer.json()).user?.username ?? null;
  }

  async function count({ page }: PersonAtBrowser, what: 'passkeys' | 'sessions') {
    const answer = await page.request.get(`${permiso.url}/api/account/${what}`);
    return (await answer.json()).length;
  }

  async function press({ page }: PersonAtBrowser, name: string | RegExp): Promise<void> {
    await page.getByRole('button', { name }).first().click();
  }

  test('gets a login link from an administrator', async () => {
    await ada.page.goto(`${permiso.url}/settings/admin/users`);
    await ada.page.getByLabel('Search by name, username or email').fill('alan');
    await ada.page.getByRole('link', { name: ALAN.name }).click();
    await press(ada, 'Send login link');
    link = await ada.page.getByRole('textbox', { name: 'Login link' }).inputValue();
    await press(ada, 'Close');

    expect(link).toContain(`${permiso.url}/login-link/`);
  });

  test('is not signed in by a program that merely opens it', async () => {
    await fetch(link);
    await phone.page.goto(link);
    await phone.page.getByRole('heading', { name: 'Sign in with your link' }).waitFor();

    expect(await whoIs(phone)).toBeNull();
  });

  test('is in after the button, adds a passkey at once, and signs in with it', async () => {
    await press(phone, 'Sign in');
    await phone.page.getByRole('heading', { name: 'Security' }).waitFor();
    await press(phone, 'Add passkey');
    await phone.page
      .getByRole('button', { name: /^Rename/ })
      .nth(1)
      .waitFor();
    await press(phone, /^Account/);
    await press(phone, 'Sign out');
    await press(phone, 'Sign in with a passkey');
    await phone.page.getByRole('heading', { name: 'Security' }).waitFor();

    expect(await whoIs(phone)).toBe('alan');
  });

  test('removes the lost one, after the new passkey has confirmed it', async () => {
    await press(phone, /^Remove/);
    await phone.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();

    await expect.poll(() => count(phone, 'passkeys')).toBe(1);
    await expect.poll(() => phone.page.getByRole('button', { name: /^Rename/ }).count()).toBe(1);
  });

  test('cannot be let in by the same link again', async () => {
    await ada.page.goto(link);
    await press(ada, 'Sign in');

    await ada.page.getByText('This link has expired').waitFor();
    expect(await whoIs(ada)).toBe('ada');
  });

  test('ends the session in the lost device from the new one, and it is dead there', async () => {
    const before = await whoIs(alan);
    await press(phone, 'End all others');

    // The button may be away for as long as the page is busy; only the server knows when it is done.
    await expect.poll(() => count(phone, 'sessions')).toBe(1);
    expect(before).toBe('alan');
    expect(await whoIs(alan)).toBeNull();
    expect(await whoIs(phone)).toBe('alan');
  });

  test('is out everywhere when an administrator disables the account', async () => {
    await ada.page.goto(`${permiso.url}/settings/admin/users`);
    await ada.page.getByRole('link', { name: ALAN.name }).click();
    await press(ada, 'Disable');
    await ada.page.getByText('cannot sign in, and no application').waitFor();

    expect(await whoIs(phone)).toBeNull();
  });
});
