import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser, type PersonAtBrowser } from './browser.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';

describe('a machine that loses power', () => {
  let permiso: Permiso;
  let chromium: Browser;
  let ada: PersonAtBrowser;

  beforeAll(async () => {
    permiso = await Permiso.create();
    chromium = await launchChromium(inject('chromiumPath'));
    ada = await openBrowser(chromium);
    await permiso.start();
  });

  afterAll(async () => {
    await chromium.close();
    await permiso.remove();
  });

  test('half-way through set-up has no half-made administrator afterwards', async () => {
    await ada.page.goto(`${permiso.url}/setup`);
    await ada.page.getByLabel('Name', { exact: true }).fill(ADA.name);
    await ada.page.getByLabel('Email', { exact: true }).fill(ADA.email);
    await ada.page.getByLabel('Username', { exact: true }).fill(ADA.username);
    await ada.page.keyboard.press('Enter');
    await ada.page.getByRole('button', { name: /passkey/i }).waitFor();

    await permiso.process.end('SIGKILL');
    await permiso.start();
    const answer = await fetch(`${permiso.url}/api/set-up`);

    expect(answer.status).toBe(200);
    await enrol(ada.page, `${permiso.url}/setup`, ADA);
  });

  test('half-way through a sign-in keeps the account, and the next sign-in works', async () => {
    await ada.context.clearCookies();
    await ada.page.goto(`${permiso.url}/login`);
    const button = ada.page.getByRole('button', { name: 'Sign in with a passkey' });
    await ada.page.route('**/api/session', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    );
    await button.click();
    await permiso.process.end('SIGKILL');
    await permiso.start();
    await ada.page.unroute('**/api/session');

    await ada.page.goto(`${permiso.url}/login`);
    await button.click();
    await ada.page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
    const session = await ada.page.request.get(`${permiso.url}/api/session`);

    expect(await session.json()).toMatchObject({ user: { username: 'ada' } });
  });

  test('ends cleanly on Ctrl-C and keeps everything', async () => {
    await permiso.stop();
    const last = permiso.process.output();
    await permiso.start();
    await ada.page.goto(permiso.url);
    await ada.page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();

    expect(last).toContain('permiso: stopping');
    expect(last).not.toMatch(/error/i);
  });
});
