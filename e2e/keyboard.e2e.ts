import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Application, createApplication } from './application.ts';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading, field, focused, press, type } from './hands.ts';
import { DESKTOP, observe, type Visitor } from './inspection.ts';
import { Mailbox } from './mailbox.ts';
import { ADA, ALAN } from './people.ts';
import { Permiso } from './permiso.ts';

const NEW = 'turing@example.com';

/** From set-up to the end of a session, by Tab, letters, Space, Enter and Escape. */
describe('a keyboard is enough', () => {
  const mailbox = new Mailbox();
  let port: number;
  let permiso: Permiso;
  let chromium: Browser;
  let wiki: Application;
  let ada: Visitor;
  let alan: Visitor;
  /** Alan's as well, with no passkey in it. */
  let phone: Visitor;
  let invitation: string;

  beforeAll(async () => {
    port = await mailbox.start();
    permiso = await Permiso.create();
    wiki = await createApplication('wiki');
    [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
    const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
    const open = async () => observe(await openBrowser(chromium, still));
    [ada, alan, phone] = [await open(), await open(), await open()];
    await permiso.writeManifest('wiki.yaml', wiki.manifest());
    await permiso.process.line('resource=apps/wiki');
    await wiki.start(permiso);
  });

  afterAll(async () => {
    await wiki.stop();
    await chromium.close();
    await permiso.remove();
    await mailbox.stop();
  });

  async function read(visitor: Visitor, path: string, heading: string): Promise<Visitor> {
    await visitor.page.goto(`${permiso.url}${path}`);
    return expectHeading(visitor, heading);
  }

  async function ask({ page }: Visitor, path: string) {
    return (await page.request.get(`${permiso.url}${path}`)).json();
  }

  test('to set up Permiso and to invite somebody', async () => {
    await ada.page.goto(`${permiso.url}/setup`);
    await type(field(ada, 'Name'), ADA.name);
    await type(field(ada, 'Email'), ADA.email);
    await type(field(ada, 'Username'), ADA.username);
    await press(button(ada, 'Continue'));
    await press(button(ada, 'Create passkey'));
    await press(button(ada, 'Invite'));
    await press(button(ada, 'Create'));
    invitation = await (await focused(field(ada, 'Link'))).inputValue();
    await press(button(ada, 'Close'));
    await focused(button(ada, 'Invite'));

    expect(invitation).toContain('/signup/');
    expect(ada.complaints).toEqual([]);
  });

  test('to sign up', async () => {
    await alan.page.goto(invitation);
    await type(field(alan, 'Name'), ALAN.name);
    await type(field(alan, 'Email'), ALAN.email);
    await type(field(alan, 'Username'), ALAN.username);
    await press(button(alan, 'Continue'));
    await press(button(alan, 'Create passkey'));
    await expectHeading(alan, 'Applications');

    expect(alan.complaints).toEqual([]);
  });

  test('to sign out and in again', async () => {
    await press(button(ada, /^Account/));
    await press(button(ada, 'Sign out'));
    await press(button(ada, 'Sign in with a passkey'));
    await expectHeading(ada, 'Applications');

    expect(ada.complaints).toEqual([]);
  });

  test('to switch mail on and to send a test', async () => {
    await read(ada, '/settings/admin/application-configuration/email', 'Mail server');
    await type(field(ada, 'Host'), '127.0.0.1');
    await type(field(ada, 'Port'), `${port}`);
    await type(field(ada, 'Protection'), 'None');
    await type(field(ada, 'From Address'), 'id@example.com');
    await press(button(ada, 'Save'));
    await press(button(ada, 'Send test email'));
    await ada.page.getByText(`A test mail to ${ADA.email} is queued`).waitFor();

    expect(await ask(ada, '/api/settings/mail')).toMatchObject({ port, tls: 'none' });
    expect(ada.complaints).toEqual([]);
  });

  test('to mail an invitation and to revoke it', async () => {
    await read(ada, '/settings/admin/invites', 'Invites');
    await press(button(ada, 'Invite'));
    await type(ada.page.getByLabel(/^Mail it to/), 'grace@example.com');
    await press(button(ada, 'Send'));
    await expectHeading(ada, 'Invitations are on their way');
    await press(button(ada, 'Close'));
    await press(button(ada, 'Revoke grace@example.com'));
    await press(button(ada, 'Revoke'));
    await ada.page
      .getByRole('listitem')
      .filter({ hasText: 'grace@example.com' })
      .getByText('Revoked')
      .waitFor();

    expect(ada.complaints).toEqual([]);
  });

  test('to change the profile', async () => {
    await read(alan, '/settings/account', 'Profile');
    await type(field(alan, 'Name'), 'Alan M. Turing');
    await type(field(alan, 'Language'), 'English');
    await press(button(alan, 'Save'));
    await alan.page.getByText('Saved', { exact: true }).waitFor();

    expect(await ask(alan, '/api/account')).toMatchObject({
      displayName: 'Alan M. Turing',
      language: 'en',
    });
    expect(alan.complaints).toEqual([]);
  });

  test('to ask for another email address and to confirm it', async () => {
    await type(field(alan, 'New email address'), NEW);
    await press(button(alan, 'Send the link'));
    await alan.page.getByText(`A link is on its way to ${NEW}`).waitFor();
    await alan.page.goto(await mailbox.link(NEW, '/confirm-email/'));
    await press(button(alan, 'Confirm the address'));
    await expectHeading(alan, 'The address is confirmed');

    expect(await ask(alan, '/api/account')).toMatchObject({ email: NEW, emailVerified: true });
    expect(alan.complaints).toEqual([]);
  });

  test('to name a passkey, and to think twice before removing it', async () => {
    await read(alan, '/settings/account/security', 'Security');
    await press(button(alan, /^Rename/));
    await type(field(alan, 'Name of the passkey'), 'Blue key');
    await press(button(alan, 'Save'));
    await press(button(alan, 'Remove Blue key'));
    await expectHeading(alan, 'Remove “Blue key”?');
    await alan.page.keyboard.press('Escape');
    await focused(button(alan, 'Remove Blue key'));

    expect(await ask(alan, '/api/account/passkeys')).toMatchObject([{ name: 'Blue key' }]);
    expect(alan.complaints).toEqual([]);
  });

  test('to find a user and to send a login link', async () => {
    await read(ada, '/settings/admin/users', 'Users');
    await type(field(ada, 'Search by name, username or email'), 'turing');
    await press(ada.page.getByRole('link', { name: 'Alan M. Turing' }));
    await press(button(ada, 'Send login link'));
    await expectHeading(ada, 'A login link for Alan M. Turing');
    await press(button(ada, 'Close'));
    await focused(button(ada, 'Send login link'));

    expect(await mailbox.link(NEW, '/login-link/')).toContain(permiso.url);
    expect(ada.complaints).toEqual([]);
  });

  test('to sign in by that link, to add a passkey, and to end all other sessions', async () => {
    await phone.page.goto(await mailbox.link(NEW, '/login-link/'));
    await press(button(phone, 'Sign in'));
    await expectHeading(phone, 'Security');
    await press(button(phone, 'Add passkey'));
    await button(phone, /^Remove/)
      .nth(1)
      .waitFor();
    await press(button(phone, 'End all others'));

    await expect.poll(async () => (await ask(phone, '/api/account/sessions')).length).toBe(1);
    expect((await ask(alan, '/api/session')).user).toBeNull();
    expect(phone.complaints).toEqual([]);
  });

  test('to allow an application, and to take it back', async () => {
    await phone.page.goto(wiki.url);
    await press(button(phone, 'Allow'));
    await phone.page.waitForURL((at) => at.pathname === '/callback');
    await read(phone, '/settings/account/applications', 'Authorised applications');
    await press(button(phone, 'Revoke Wiki'));
    await expectHeading(phone, 'Revoke Wiki?');
    await press(button(phone, 'Revoke'));
    await phone.page.getByText('You have not agreed to any application yet.').waitFor();

    expect(phone.complaints).toEqual([]);
  });

  test('to search the audit log of all users, and to read all there is about an event', async () => {
    await read(ada, '/settings/audit-log', 'Audit Log');
    await press(ada.page.getByRole('switch', { name: 'All Users' }), 'Space');
    await expectHeading(ada, 'All events');
    await press(ada.page.getByText('More filters'));
    await type(field(ada, 'Client ID'), 'apps.wiki');
    await type(field(ada, 'Event'), 'Consent given');
    await ada.page.getByText('alan allowed Wiki').waitFor();
    await press(button(ada, /^Details: Consent given/));
    await ada.page.getByText('Request ID').waitFor();

    expect(ada.complaints).toEqual([]);
  });

  test('to disable a user', async () => {
    await read(ada, '/settings/admin/users', 'Users');
    await press(ada.page.getByRole('link', { name: 'Alan M. Turing' }));
    await press(button(ada, 'Disable'));
    await ada.page.getByText('cannot sign in, and no application lets them in').waitFor();

    expect((await ask(phone, '/api/session')).user).toBeNull();
    expect(ada.complaints).toEqual([]);
  });
});
