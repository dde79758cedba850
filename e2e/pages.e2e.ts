import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Application, createApplication } from './application.ts';
import { launchChromium, openBrowser } from './browser.ts';
import { button, click, expectHeading, field } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { Permiso } from './permiso.ts';

type Place = [name: string, visit: () => Promise<Visitor>];

const GENERAL = '/settings/admin/application-configuration';

let permiso: Permiso;
let chromium: Browser;
let wiki: Application;
let ada: Visitor;
let alan: Visitor;
let nobody: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create();
  wiki = await createApplication('wiki');
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  alan = await observe(await openBrowser(chromium, still));
  // No passkey of their own, and a browser that offers to look for one.
  const context = await chromium.newContext(still);
  nobody = await observe({ context, page: await context.newPage() });
});

afterAll(async () => {
  await wiki.stop();
  await chromium.close();
  await permiso.remove();
});

test('axe, the console and a phone object to nothing on the page of set-up', async () => {
  await read(nobody, '/setup', 'Set up Permiso');

  expect(await inspect(nobody)).toEqual(FLAWLESS);
});

describe('axe, the console and a phone object to nothing on', () => {
  const places: Place[] = [
    ['set-up that is closed', () => read(nobody, '/setup', 'Set-up is finished')],
    ['sign-in', () => read(nobody, '/login', 'Sign in')],
    ['an address without a page', () => read(nobody, '/nowhere', 'no page here')],
    ['a spent invitation', () => read(nobody, '/signup/x', 'cannot be used')],
    ['the dashboard without applications', () => read(ada, '/', 'Applications')],
    ['the dialog that invites', () => click(ada, 'Invite', 'Invite people')],
    ['the dialog with the link', () => click(ada, 'Create', 'Your link is ready')],
    ['sign-up', openSignUp],
    ['the passkey of sign-up', fillInSignUp],
    ['what a new person sees', () => click(alan, 'Create passkey', 'Applications')],
  ];

  beforeAll(async () => {
    await enrol(ada.page, `${permiso.url}/setup`, ADA);
  });

  test.for(places)('%s', async ([, visit]) => {
    expect(await inspect(await visit())).toEqual(FLAWLESS);
  });
});

describe('with applications, axe, the console and a phone object to nothing on', () => {
  const unknown = '/oauth/authorize?client_id=unknown';
  const places: Place[] = [
    ['the dashboard', () => read(ada, '/', 'Applications')],
    ['the account menu', () => click(ada, /^Account/, 'Theme')],
    ['the profile', () => read(ada, '/settings/account', 'Profile')],
    [
      'the authorised applications',
      () => read(ada, '/settings/account/applications', 'Authorised applications'),
    ],
    ['passkeys and sessions', () => read(ada, '/settings/account/security', 'Security')],
    ['the removal of a passkey', () => click(ada, /^Remove/, 'Remove “')],
    ['API keys before there is one', () => read(ada, '/settings/account/api-keys', 'API Keys')],
    ['the dialog that makes an API key', () => click(ada, 'New API key', 'New API key')],
    ['the API key, told once', makeApiKey],
    ['the API keys', () => click(ada, 'Close', 'Your keys')],
    ['the renewal of an API key', () => click(ada, 'Renew Backup', 'Renew “Backup”?')],
    ['the description of the API', () => read(nobody, '/api/docs', 'The JSON API')],
    ['a route in it', openRoute],
    ['the API keys of everybody', () => read(ada, '/settings/admin/api-keys', 'API Keys')],
    ['the end of an API key', () => click(ada, 'Revoke Backup', 'Revoke “Backup”?')],
    ['the invites', () => read(ada, '/settings/admin/invites', 'Invites')],
    ['the dialog that revokes one', revokeInvite],
    ['the general settings', () => read(ada, GENERAL, 'Application Configuration')],
    ['sign-up by invitation only', () => read(nobody, '/signup', 'No account can be made here')],
    ['the settings that open sign-up', openToEverybody],
    ['sign-in where sign-up is open', () => read(nobody, '/login', 'Sign in')],
    ['open sign-up without mail', openFromSignIn],
    ['the mail server', () => read(ada, `${GENERAL}/email`, 'Mail server')],
    ['the directory', () => read(ada, `${GENERAL}/ldap`, 'Directory')],
    ['the branding', () => read(ada, `${GENERAL}/branding`, 'Colour')],
    ['the mail queue', () => read(ada, '/settings/admin/mail', 'Mail')],
    ['the resources', () => read(ada, '/settings/admin/resources', 'Resources')],
    ['the diagnostics', () => read(ada, '/settings/admin/diagnostics', 'Mail server')],
    ['the audit log', () => read(ada, '/settings/audit-log', 'Audit Log')],
    ['the audit log of all users', readAllEvents],
    ['an audit log without events', filterEverythingAway],
    ['the user groups', () => read(ada, '/settings/admin/user-groups', 'User Groups')],
    ['the dialog that makes a group', () => click(ada, 'New Group', 'New group')],
    ['one user group', openGroup],
    ['the clients', () => read(ada, '/settings/admin/oidc-clients', 'OIDC Clients')],
    ['the dialog that makes a client', () => click(ada, 'New Client', 'New Client')],
    ['a client that YAML declares', () => readClient('apps.wiki', 'Wiki')],
    ['a client that was made here', makeClient],
    ['the tokens that somebody would get', previewTokens],
    ['a client as YAML', () => click(ada, 'Copy as YAML', 'As YAML')],
    ['the users', () => read(ada, '/settings/admin/users', 'Users')],
    ['one user', () => openUser(ALAN.name)],
    ['the link for a user', () => click(ada, 'Send login link', 'A login link for')],
    ['a link that confirms no address', () => read(nobody, '/confirm-email/x', 'cannot be used')],
    ['a login link', () => read(nobody, '/login-link/x', 'Sign in with your link')],
    ['sign-in on the way', () => read(nobody, wiki.url, 'Sign in to Wiki')],
    ['consent', () => read(ada, wiki.url, 'Allow Wiki?')],
    ['the refusal of a person', () => read(alan, wiki.url, 'cannot open Wiki')],
    ['the refusal of a request', () => read(nobody, unknown, 'was refused')],
    ['sign-out', () => read(alan, '/oauth/logout', 'Sign out of Permiso?')],
    ['the end of a session', () => click(alan, 'Sign out', 'You are signed out')],
    ['sign-in in the language of the application', () => read(nobody, asks('de-AT'), 'Bei Wiki')],
    ['a refusal in that language', () => read(nobody, `${unknown}&ui_locales=fr`, 'a été refusée')],
    ['sign-in in German', () => readIn('de-AT', '/login', 'Anmelden')],
    ['sign-in in French', () => readIn('fr-CA', '/login', 'Se connecter')],
  ];

  beforeAll(async () => {
    await permiso.writeManifest('wiki.yaml', manifests());
    await permiso.process.line('resource=apps/wiki');
    await wiki.start(permiso);
  });

  test.for(places)('%s', async ([, visit]) => {
    expect(await inspect(await visit())).toEqual(FLAWLESS);
  });
});

test('signing out tells somebody who is not signed in that they are not', async () => {
  await read(nobody, '/oauth/logout', 'You are signed out');

  expect(nobody.complaints).toEqual([]);
});

describe('an application that signs somebody out', () => {
  const leave = () => `/oauth/logout?client_id=apps.wiki&post_logout_redirect_uri=${wiki.url}`;

  test('is named, and learns nothing when the person stays', async () => {
    await read(ada, leave(), 'Sign out of Permiso?');
    const question = await ada.page.textContent('main');
    await ada.page.getByRole('link', { name: 'Stay signed in' }).click();
    await expectHeading(ada, 'Applications');

    expect(question).toContain('Wiki asks to sign you out');
  });

  test('has the person back afterwards, and may ask for the passkey again', async () => {
    await read(ada, leave(), 'Sign out of Permiso?');
    await click(ada, 'Sign out', 'Sign in to Wiki');

    expect(ada.complaints).toEqual([]);
  });
});

/** What an application sends whose person reads that language. */
function asks(language: string): string {
  const request = new URLSearchParams({
    client_id: 'apps.wiki',
    redirect_uri: `${wiki.url}/callback`,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
    ui_locales: language,
  });
  return `/oauth/authorize?${request}`;
}

function manifests(): string {
  return `${wiki.manifest('mode: Groups, groups: [readers]')}  logoutCallbackURLs: [${wiki.url}]
---
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: readers, namespace: apps }
spec: { members: [ada] }
`;
}

async function read(visitor: Visitor, address: string, heading: string): Promise<Visitor> {
  await visitor.page.goto(new URL(address, permiso.url).href);
  return expectHeading(visitor, heading);
}

async function readIn(locale: string, path: string, heading: string): Promise<Visitor> {
  const context = await chromium.newContext({ locale, reducedMotion: 'reduce' });
  return read(await observe({ context, page: await context.newPage() }), path, heading);
}

async function openRoute(): Promise<Visitor> {
  await nobody.page.getByText('/api/account/picture').first().waitFor();
  await nobody.page.getByText('/api/clients', { exact: true }).last().click();
  return expectHeading(nobody, 'Clients');
}

async function makeApiKey(): Promise<Visitor> {
  await field(ada, 'Name').fill('Backup');
  return click(ada, 'Create', 'Your API key is ready');
}

async function openUser(name: string): Promise<Visitor> {
  await ada.page.getByRole('link', { name }).click();
  return expectHeading(ada, name);
}

async function openGroup(): Promise<Visitor> {
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('link', { name: 'readers' }).click();
  return expectHeading(ada, '1 member');
}

async function openToEverybody(): Promise<Visitor> {
  await read(ada, GENERAL, 'Application Configuration');
  await field(ada, 'Sign-up').selectOption('Open to everybody');
  await field(ada, 'Groups of new people').fill('readers, writers');
  await button(ada, 'Save').click();
  await ada.page.getByText('Saved').waitFor();
  return ada;
}

async function openFromSignIn(): Promise<Visitor> {
  await nobody.page.getByRole('link', { name: 'Create an account' }).click();
  return expectHeading(nobody, 'No account can be made here');
}

async function readClient(id: string, heading: string): Promise<Visitor> {
  await read(ada, `/settings/admin/oidc-clients/${id}`, heading);
  return expectHeading(ada, 'Advanced');
}

async function makeClient(): Promise<Visitor> {
  const name = 'Notes';
  const callbackUrls = ['https://notes.example.com/callback'];
  const federatedCredentials = [{ name: 'ci', issuer: 'https://ci.example', subject: 'notes' }];
  const client = { id: 'notes', name, callbackUrls, federatedCredentials };
  await ada.page.request.post(`${permiso.url}/api/clients`, { data: client });
  await ada.page.request.post(`${permiso.url}/api/clients/notes/secrets`, { data: {} });
  return readClient('notes', name);
}

async function previewTokens(): Promise<Visitor> {
  await field(ada, 'Name, username or email').fill(ADA.username);
  await button(ada, 'Find').click();
  await button(ada, `Preview for ${ADA.name}`).click();
  await ada.page.getByRole('heading', { name: 'Userinfo' }).waitFor();
  return ada;
}

async function revokeInvite(): Promise<Visitor> {
  await button(ada, /^Revoke/)
    .first()
    .click();
  return expectHeading(ada, 'Revoke this invitation?');
}

async function openSignUp(): Promise<Visitor> {
  await ada.page.keyboard.press('Escape');
  await alan.page.goto(await invite(ada.page));
  return expectHeading(alan, 'Create your account');
}

async function fillInSignUp(): Promise<Visitor> {
  await field(alan, 'Name').fill(ALAN.name);
  await field(alan, 'Email').fill(ALAN.email);
  await field(alan, 'Username').fill(ALAN.username);
  return click(alan, 'Continue', 'Create your passkey');
}

async function readAllEvents(): Promise<Visitor> {
  await ada.page.getByRole('switch', { name: 'All Users' }).check();
  await expectHeading(ada, 'All events');
  await ada.page.getByText('More filters').click();
  await field(ada, 'Username').fill(ADA.username);
  await ada.page
    .getByRole('button', { name: /^Details: Signed in/ })
    .first()
    .click();
  await ada.page.getByText('Request ID').waitFor();
  return ada;
}

async function filterEverythingAway(): Promise<Visitor> {
  await field(ada, 'Client ID').fill('nowhere');
  await ada.page.getByText('No event fits these filters.').waitFor();
  return ada;
}
