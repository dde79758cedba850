import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading, field } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, enrol } from './people.ts';
import { findFreePort, Permiso } from './permiso.ts';

let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create();
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
});

async function open(path: string, heading: string): Promise<void> {
  await ada.page.goto(`${permiso.url}/settings/admin/${path}`);
  await expectHeading(ada, heading);
}

describe('the resources', () => {
  test('that nobody has declared yet: the page says how', async () => {
    await open('resources', 'Resources');
    await ada.page.getByText('kubectl apply -f').waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('say what became of them, first of those that are not ready', async () => {
    await permiso.writeManifest('readers.yaml', group('readers', 'ada'));
    await permiso.process.line('resource=teams/readers');
    await permiso.writeManifest('also-readers.yaml', group('zebra', 'ada', 'groupName: readers'));
    await permiso.process.line('resource=teams/zebra');
    await open('resources', 'Resources');
    const rows = ada.page.getByRole('row').filter({ hasText: 'Group · teams' });
    await rows.first().waitFor();
    const [first, second] = await rows.allTextContents();

    expect(first).toContain('Not ready: Conflict');
    expect(second).toContain('Ready');
    expect(second).toContain('Group readers');
    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('are found by their name', async () => {
    await open('resources', 'Resources');
    await field(ada, 'Search by kind, namespace or name').fill('nothing of that kind');
    await ada.page.getByText('No resource fits this search.').waitFor();

    expect(ada.complaints).toEqual([]);
  });
});

describe('the mail server', () => {
  const PART = 'application-configuration/email';

  test('is saved, and its password goes to no other host', async () => {
    await open(PART, 'Mail server');
    await field(ada, 'Host').fill('smtp.example.com');
    await field(ada, 'From Address').fill('id@example.com');
    await ada.page.getByLabel('User name').fill('id');
    await field(ada, 'Password').fill('open sesame');
    await button(ada, 'Save').click();
    await ada.page.getByText('Saved', { exact: true }).waitFor();
    await field(ada, 'Host').fill('smtp.evil.example');
    await button(ada, 'Save').click();
    await ada.page.getByText('was given for another server').waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
    expect(await field(ada, 'Password').inputValue()).toBe('');
    expect(await saved('mail')).toMatchObject({ host: 'smtp.example.com', hasPassword: true });
  });

  test('that somebody changed meanwhile is not overwritten', async () => {
    await open(PART, 'Mail server');
    const server = { ...(await saved('mail')), port: 2525 };
    const { hasPassword, owner, version, ...input } = server as Record<string, unknown>;
    const headers = { 'sec-fetch-site': 'same-origin' };
    await ada.page.request.put(`${permiso.url}/api/settings/mail`, { data: input, headers });
    await ada.page.getByLabel('Name of the sender').fill('Example');
    await button(ada, 'Save').click();
    await ada.page.getByText('Somebody else changed this a moment ago').waitFor();

    expect(await saved('mail')).toMatchObject({ port: 2525, fromName: null });
  });

  test('that an SMTPConfig declares is shown and names it', async () => {
    await permiso.writeManifest('smtp.yaml', SMTP_CONFIG);
    await permiso.process.line('resource=permiso/default');
    await open(PART, 'Mail server');
    await ada.page.getByText('Declared by SMTPConfig permiso/default').waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
    expect(await field(ada, 'Host').inputValue()).toBe('127.0.0.1');
    expect(await field(ada, 'Host').isDisabled()).toBe(true);
    expect(await button(ada, 'Save').count()).toBe(0);
  });
});

describe('the directory', () => {
  const PART = 'application-configuration/ldap';

  async function fillIn(url: string): Promise<void> {
    await field(ada, 'Address').fill(url);
    await field(ada, 'Bind DN').fill('cn=permiso,dc=example,dc=com');
    await field(ada, 'Bind password').fill('open sesame');
    await field(ada, 'Base DN').fill('dc=example,dc=com');
  }

  test('is tried before it is saved, and says what does not work', async () => {
    await open(PART, 'Directory');
    await fillIn(`ldaps://127.0.0.1:${await findFreePort()}`);
    await button(ada, 'Test').click();
    await ada.page.getByText('It does not answer').waitFor();
    await ada.page.getByText('Not tried: searching').waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
    expect(await saved('ldap')).toMatchObject({ settings: null });
  });

  test('takes its names from a preset, and tells which field is wrong', async () => {
    await open(PART, 'Directory');
    await fillIn('ldap://ldap.example.com');
    await button(ada, 'Save').click();
    await ada.page.getByText('would send the password over the network in the open').waitFor();
    await field(ada, 'Address').fill('ldaps://ldap.example.com');
    await field(ada, 'Names as in').selectOption('OpenLDAP');
    await field(ada, 'Email address').fill('mailbox');
    await button(ada, 'Save').click();
    await ada.page.getByText('Saved', { exact: true }).waitFor();

    expect(await saved('ldap')).toMatchObject({
      settings: { users: { attributes: { username: 'uid', email: 'mailbox' } } },
    });
    expect(await field(ada, 'Names as in').inputValue()).toBe('custom');
    expect(await field(ada, 'Bind password').inputValue()).toBe('');
    expect(await inspect(ada)).toEqual(FLAWLESS);
    await button(ada, 'Copy as YAML').click();
    await ada.page.getByText('kind: LDAPConfig').waitFor();
    expect(ada.complaints).toEqual([]);
  });

  test('that cannot be read says so where it is synchronised', async () => {
    await open(PART, 'Directory');
    await field(ada, 'Address').fill(`ldaps://127.0.0.1:${await findFreePort()}`);
    await field(ada, 'Bind password').fill('open sesame');
    await button(ada, 'Save').click();
    await ada.page.getByText('Saved', { exact: true }).waitFor();
    await button(ada, 'Sync now').click();
    await ada.page.getByText(/no connection to ldaps:\/\/127/).waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
  });
});

describe('the branding', () => {
  const PART = 'application-configuration/branding';
  const LOGO = join(import.meta.dirname, 'images/consent.png');

  test('of any colour can be read in both themes, and is undone', async () => {
    await open(PART, 'Colour');
    await field(ada, 'Accent colour').fill('#ffcc00');
    await button(ada, 'Save').click();
    await ada.page.getByText('Saved', { exact: true }).waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
    expect(await saved('branding')).toMatchObject({ accent: '#ffcc00' });
    await button(ada, 'Take the usual colour').click();
    await ada.page.getByText('Saved', { exact: true }).waitFor();
    await expect.poll(() => saved('branding')).toMatchObject({ accent: null });
  });

  test('has a logo in the header and where people sign in', async () => {
    await open(PART, 'Colour');
    await field(ada, 'Logo on light pages').setInputFiles(LOGO);
    await ada.page.getByText('Saved', { exact: true }).waitFor();
    const inHeader = await ada.page.locator('header img').count();
    const looks = await inspect(ada);
    const context = await chromium.newContext();
    const nobody = await observe({ context, page: await context.newPage() });
    await nobody.page.goto(`${permiso.url}/login`);
    await nobody.page.locator('header img').first().waitFor();

    expect(inHeader).toBe(2);
    expect(looks).toEqual(FLAWLESS);
    expect(nobody.complaints).toEqual([]);
  });
});

async function saved(part: string): Promise<object> {
  return (await ada.page.request.get(`${permiso.url}/api/settings/${part}`)).json();
}

const SMTP_CONFIG = `apiVersion: permisolabs.eu/v1alpha1
kind: SMTPConfig
metadata: { name: default, namespace: permiso }
spec:
  host: 127.0.0.1
  port: 9
  tls: { mode: None }
  from: { address: id@example.com }
`;

function group(name: string, member: string, more = ''): string {
  return `apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: ${name}, namespace: teams }
spec:
  members: [${member}]
  ${more}
`;
}
