import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { NameServer } from './name-server.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { findFreePort, Permiso } from './permiso.ts';
import { StrictMailServer } from './strict-mail-server.ts';

const names = new NameServer();
let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;
let alan: Visitor;
let nobody: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create({ DNS_SERVERS: await names.start() });
  chromium = await launchChromium(inject('chromiumPath'));
  await permiso.start();
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  alan = await observe(await openBrowser(chromium, still));
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

/** A request as an application sends it, to be answered there. */
function authorize(clientId: string, redirectUri: string): string {
  const request = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  return `${permiso.url}/oauth/authorize?${request}`;
}

const post = (path: string, body: object) =>
  ada.page.evaluate(
    async ([url, text]) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers, body: text })).status;
    },
    [path, JSON.stringify(body)] as const,
  );

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
    await ada.page.goto(permiso.url);
    const link = await invite(ada.page);
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

describe('a callback URL that is not registered is explained', () => {
  const registered = 'https://ci.example.com/callback';
  const sent = `${registered}/`;

  test('to anybody, and to nobody but administrators what would mend it', async () => {
    await ada.page.goto(permiso.url);
    expect(await post('/api/clients', { id: 'ci', name: 'CI', callbackUrls: [registered] })).toBe(
      201,
    );

    await nobody.page.goto(authorize('ci', sent));
    await expectHeading(nobody, 'This request was refused');

    const said = await nobody.page.textContent('main');
    expect(said).toContain(`asked to be answered at ${sent}, which is not registered`);
    expect(said).toContain('redirect_uri_mismatch');
    expect(said).not.toContain('administrator');
  });

  test('to an administrator by the nearest one, and the part that differs', async () => {
    await ada.page.goto(authorize('ci', sent));
    await expectHeading(ada, 'For you as administrator');
    await ada.page.getByText('differs by a trailing slash').waitFor();

    expect(await ada.page.locator('mark').allTextContents()).toEqual(['', '/']);
    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('and registered after a question that names the danger', async () => {
    await button(ada, 'Add this callback URL').click();
    await ada.page.getByText('Anybody may have sent you here').waitFor();
    const looks = await inspect(ada);
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
    await ada.page.getByText('The callback URL is registered').waitFor();
    await nobody.page.goto(authorize('ci', sent));
    await expectHeading(nobody, 'Sign in to CI');

    expect(looks).toEqual(FLAWLESS);
  });

  test('by the line for its manifest where YAML declares the application', async () => {
    await permiso.writeManifest('wiki.yaml', manifest());
    await permiso.process.line('resource=apps/wiki');
    await ada.page.goto(authorize('apps.wiki', 'https://wiki.example.com/cb?next=%22'));
    await ada.page.getByText('add this line to its manifest').waitFor();

    const said = await ada.page.textContent('main');
    expect(said).toContain('- "https://wiki.example.com/cb?next=%22"');
    expect(said).toContain('apps/wiki');
    expect(await button(ada, 'Add this callback URL').count()).toBe(0);
    expect(await diagnose('Callback URLs')).toContain('https://wiki.example.com/cb?next=%22');
  });
});

function manifest(): string {
  return `apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: wiki, namespace: apps }
spec:
  displayName: Wiki
  callbackURLs: ["https://wiki.example.com/callback"]
  access: { mode: Groups, groups: [readers] }
---
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: readers, namespace: apps }
spec: { members: [ada] }
`;
}

describe('an application that somebody may not open is explained', () => {
  const opened = () => authorize('apps.wiki', 'https://wiki.example.com/callback');

  test('to the person, in kind words', async () => {
    await ada.page.goto(permiso.url);
    await enrol(alan.page, await invite(ada.page), ALAN);
    await alan.page.goto(opened());
    await expectHeading(alan, 'You cannot open Wiki');

    const said = await alan.page.textContent('main');
    expect(said).toContain('Wiki is open to certain groups, and you are in none of them.');
    expect(said).toContain('Ask an administrator');
    expect(await alan.page.getByRole('link', { name: 'Why?' }).count()).toBe(0);
  });

  test('to administrators, from the audit log', async () => {
    await ada.page.goto(`${permiso.url}/settings/audit-log`);
    await ada.page.getByRole('switch', { name: 'All Users' }).check();
    await ada.page
      .getByRole('button', { name: /^Details: Application refused/ })
      .first()
      .click();
    await ada.page.getByRole('link', { name: 'Why?' }).click();
    await expectHeading(ada, ALAN.name);
    const wiki = ada.page.getByRole('listitem').filter({ hasText: 'Stays closed' });
    await wiki.waitFor();

    expect(await wiki.textContent()).toContain('Wiki');
    expect(await wiki.textContent()).toContain('Only for members of: readers');
    expect(await ada.page.getByLabel('Search').inputValue()).toBe('apps.wiki');
  });

  test('that is disabled, too', async () => {
    await button(ada, 'Disable').click();
    await ada.page.getByText('cannot sign in, and no application').waitFor();

    await ada.page
      .getByRole('listitem')
      .filter({ hasText: 'Wiki' })
      .getByText('The account is disabled')
      .waitFor();
  });
});

test('a login link that does not arrive is explained on the page of the person who lost the passkey', async () => {
  const port = await findFreePort();
  await useMailServer(port);
  await button(ada, 'Enable').click();
  await button(ada, 'Send login link').click();
  await button(ada, 'Close').click();
  const words = ada.page.getByText(`the server said: 127.0.0.1:${port}: connect ECONNREFUSED`);
  await words.waitFor();

  const mail = ada.page.getByRole('listitem').filter({ has: words });
  expect(await mail.textContent()).toContain('Login link');
  expect(await mail.textContent()).toContain('Waiting');
  expect(await inspect(ada)).toEqual(FLAWLESS);
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
