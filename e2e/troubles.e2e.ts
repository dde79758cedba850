import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { NameServer } from './name-server.ts';
import { ADA, enrol } from './people.ts';
import { findFreePort, Permiso } from './permiso.ts';
import { StrictMailServer } from './strict-mail-server.ts';

const names = new NameServer();
let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;
let nobody: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create({ DNS_SERVERS: await names.start() });
  chromium = await launchChromium(inject('chromiumPath'));
  await permiso.start();
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  nobody = await observe(await openBrowser(chromium, still));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
  await names.stop();
});

/** As somebody who saves the page of the mail settings. */
async function useMailServer(port: number, change: object = {}): Promise<void> {
  const server = {
    host: '127.0.0.1',
    port,
    tls: 'none',
    insecureSkipVerify: false,
    ca: null,
    fromAddress: 'id@example.com',
    fromName: null,
    username: null,
    ...change,
  };
  const status = await ada.page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/settings/mail', { method: 'PUT', headers, body })).status;
  }, JSON.stringify(server));
  expect(status).toBe(200);
}

/** What the page says about one matter, once the checks have run. */
async function diagnose(title: string): Promise<string> {
  await ada.page.goto(`${permiso.url}/settings/admin/diagnostics`);
  await expectHeading(ada, title);
  const check = ada.page
    .getByRole('listitem')
    .filter({ has: ada.page.getByRole('heading', { name: title }) });
  return (await check.last().textContent()) ?? '';
}

describe('mail that never arrives is explained', () => {
  test('by the port that is closed', async () => {
    const port = await findFreePort();
    await useMailServer(port);

    const said = await diagnose('Mail server');
    await ada.page.goto(`${permiso.url}/settings/admin/application-configuration/email`);
    await button(ada, 'Send test email').click();
    await ada.page.getByRole('link', { name: 'See what becomes of it' }).click();
    await ada.page.getByText(`the server said: 127.0.0.1:${port}: connect ECONNREFUSED`).waitFor();

    expect(said).toContain(`Failed`);
    expect(said).toContain(`127.0.0.1 cannot be reached on port ${port}`);
    expect(said).toContain('let the firewall or network policy pass');
  });

  test('by the credentials that are refused, in the words of the server', async () => {
    const server = new StrictMailServer('credentials', '5.7.8 unknown password');
    const auth = {
      tls: 'starttls',
      insecureSkipVerify: true,
      username: 'id',
      password: 'wrong-one',
    };
    await useMailServer(await server.start(), auth);

    const said = await diagnose('Mail server');

    expect(said).toContain('answers, but does not let the user “id” in');
    expect(said).toContain('535 5.7.8 unknown password');
    expect(said).toContain('Enter user name and password again');
    expect(said).not.toContain('wrong-one');
    expect(await inspect(ada)).toEqual(FLAWLESS);
    await server.stop();
  });

  test('by the sender that is refused', async () => {
    const server = new StrictMailServer('sender', '5.7.1 not your address');
    await useMailServer(await server.start());

    const said = await diagnose('Mail server');

    expect(said).toContain('takes no mail from id@example.com');
    expect(said).toContain('553 5.7.1 not your address');
    expect(said).toContain('Use a From Address that this account of the mail server may send from');
    await server.stop();
  });
});

describe('mail that lands in spam is explained', () => {
  test('by what DNS does not say of the domain', async () => {
    expect(await diagnose('SPF: who may send')).toContain('v=spf1 include:');
    expect(await diagnose('DKIM: signed mail')).toContain('Switch DKIM on');
    expect(await diagnose('DMARC: what happens to forgeries')).toContain(
      'Add a TXT record to _dmarc.example.com',
    );
  });

  test('until it says so', async () => {
    names.texts['example.com'] = ['v=spf1 mx -all'];
    names.texts['_dmarc.example.com'] = ['v=DMARC1; p=reject'];

    expect(await diagnose('SPF: who may send')).toMatch(/^OK/);
    expect(await diagnose('DMARC: what happens to forgeries')).toMatch(/^OK/);
    expect(await diagnose('DKIM: signed mail')).toMatch(/^Warning/);
  });
});

describe('a passkey that cannot be registered is explained', () => {
  test('by the two addresses, before anything is asked', async () => {
    await ada.page.goto(`${permiso.url}/settings/admin/users`);
    await button(ada, 'Invite').click();
    await button(ada, 'Create').click();
    const link = await ada.page.getByRole('textbox', { name: 'Link' }).inputValue();
    const elsewhere = link.replace('localhost', '127.0.0.1');
    const { page } = nobody;

    await page.goto(elsewhere);
    await page.getByLabel('Name', { exact: true }).fill('Alan Turing');
    await page.getByLabel('Email', { exact: true }).fill('alan@example.com');
    await page.getByLabel('Username', { exact: true }).fill('alan');
    await button(nobody, 'Continue').click();

    await page
      .getByText(
        `You opened this page at ${new URL(elsewhere).origin}, but it is set up for ${permiso.url}`,
      )
      .waitFor();
    expect(await page.getByRole('link', { name: `Open ${permiso.url}` }).getAttribute('href')).toBe(
      link,
    );
  });
});

test('set-up that is over says how to become an administrator all the same', async () => {
  await nobody.page.goto(`${permiso.url}/setup`);
  await expectHeading(nobody, 'Set-up is finished');

  const said = await nobody.page.textContent('main');
  expect(said).toContain('an administrator exists');
  expect(said).toContain('promote you on the page “Users”');
  expect(said).toContain('node idp/rescue.ts promote');
  expect(await diagnose('Administrators')).toContain('one administrator can sign in');
});
