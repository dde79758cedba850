import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading, field, press, type } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { Mailbox } from './mailbox.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';

const GRACE = 'grace@example.com';
const NEW = 'hopper@example.com';
const KATHERINE = 'katherine@example.com';

describe('with a mail server', () => {
  const mailbox = new Mailbox();
  let port: number;
  let permiso: Permiso;
  let chromium: Browser;
  let ada: Visitor;
  let grace: Visitor;
  let katherine: Visitor;
  let invitation: string;

  beforeAll(async () => {
    port = await mailbox.start();
    permiso = await Permiso.create();
    chromium = await launchChromium(inject('chromiumPath'));
    const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
    const open = async () => observe(await openBrowser(chromium, still));
    [ada, grace, katherine] = [await open(), await open(), await open()];
    await permiso.start();
    await enrol(ada.page, `${permiso.url}/setup`, ADA);
  });

  afterAll(async () => {
    await chromium.close();
    await permiso.remove();
    await mailbox.stop();
  });

  test('an administrator switches mail on', async () => {
    const { page } = ada;
    await page.goto(`${permiso.url}/settings/admin/application-configuration/email`);
    await page.getByLabel('Host').fill('127.0.0.1');
    await page.getByLabel('Port').fill(`${port}`);
    await page.getByLabel('Protection').selectOption({ value: 'none' });
    await page.getByLabel('From Address').fill('id@example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Send test email' }).waitFor();

    expect(await (await page.request.get(`${permiso.url}/api/settings/mail`)).json()).toMatchObject(
      { port, fromAddress: 'id@example.com' },
    );
  });

  test('mails an invitation, and sees it arrive', async () => {
    const { page } = ada;
    await page.goto(`${permiso.url}/settings/admin/invites`);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Mail it to').fill(`${GRACE}\n`);
    expect(await inspect(ada)).toEqual(FLAWLESS);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { name: 'Invitations are on their way' }).waitFor();
    const looks = await inspect(ada);
    await page.getByRole('button', { name: 'Close' }).click();
    invitation = await mailbox.link(GRACE, '/signup/');
    await page.getByText('Mail delivered: 250').waitFor();

    expect(await page.getByRole('listitem').filter({ hasText: GRACE }).textContent()).toContain(
      'Used 0 of 1',
    );
    expect(looks).toEqual(FLAWLESS);
  });

  test('whoever reads the mail signs up, and the address is confirmed by that', async () => {
    const { page } = grace;
    await page.goto(invitation);
    await page.getByLabel('Name', { exact: true }).fill('Grace Hopper');
    await page.getByLabel('Username', { exact: true }).fill('grace');
    const email = await page.getByLabel('Email', { exact: true }).inputValue();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();

    expect(email).toBe(GRACE);
    expect(await (await page.request.get(`${permiso.url}/api/account`)).json()).toMatchObject({
      email: GRACE,
      emailVerified: true,
    });
  });

  test('the same mail makes no second account', async () => {
    await ada.page.goto(invitation);

    await ada.page.getByRole('heading', { name: 'This invitation cannot be used' }).waitFor();
  });

  test('a new address counts once the link mailed to it was used', async () => {
    const { page } = grace;
    await page.goto(`${permiso.url}/settings/account`);
    await page.getByLabel('New email address').fill(NEW);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText(`A link is on its way to ${NEW}`).waitFor();
    const pending = await inspect(grace);
    const before = await page.request.get(`${permiso.url}/api/account`);
    const link = await mailbox.link(NEW, '/confirm-email/');

    // Somebody else's device: the mail may be read anywhere.
    await ada.page.goto(link);
    await ada.page.getByText('you are grace here').waitFor();
    const question = await inspect(ada);
    await ada.page.getByRole('button', { name: 'Confirm the address' }).click();
    await ada.page.getByRole('heading', { name: 'The address is confirmed' }).waitFor();
    await page.reload();
    await page.getByRole('main').getByText(NEW).waitFor();

    expect([pending, question]).toEqual([FLAWLESS, FLAWLESS]);
    expect(link.startsWith(`${permiso.url}/`)).toBe(true);
    expect(await before.json()).toMatchObject({ email: GRACE, pendingEmail: NEW });
    expect(await (await page.request.get(`${permiso.url}/api/account`)).json()).toMatchObject({
      email: NEW,
      emailVerified: true,
      pendingEmail: null,
    });
  });

  describe('where sign-up is open', () => {
    beforeAll(async () => {
      const { page } = ada;
      await page.goto(`${permiso.url}/settings/admin/application-configuration`);
      await field(ada, 'Sign-up').selectOption('Open to everybody');
      await button(ada, 'Save').click();
      await page.getByText('Saved').waitFor();
    });

    async function ask(visitor: Visitor, email: string) {
      await visitor.page.goto(`${permiso.url}/login`);
      await press(visitor.page.getByRole('link', { name: 'Create an account' }));
      await expectHeading(visitor, 'Create your account');
      const form = await inspect(visitor);
      await type(field(visitor, 'Email'), email);
      await press(button(visitor, 'Continue'));
      await expectHeading(visitor, 'Look into your mailbox');
      const said = await visitor.page.textContent('main');
      return { said: said?.replace(email, '…'), looks: [form, await inspect(visitor)] };
    }

    test('a keyboard is enough to ask for an account, to follow the mail and to make it', async () => {
      const { page } = katherine;
      const { looks } = await ask(katherine, KATHERINE);
      await page.goto(await mailbox.link(KATHERINE, '/signup/'));
      await expectHeading(katherine, 'Create your account');
      const details = await inspect(katherine);
      await type(field(katherine, 'Name'), 'Katherine Johnson');
      await type(field(katherine, 'Username'), 'katherine');
      await press(button(katherine, 'Continue'));
      await press(button(katherine, 'Create passkey'));
      await expectHeading(katherine, 'Applications');

      expect([...looks, details]).toEqual([FLAWLESS, FLAWLESS, FLAWLESS]);
      expect(await (await page.request.get(`${permiso.url}/api/account`)).json()).toMatchObject({
        username: 'katherine',
        email: KATHERINE,
        emailVerified: true,
      });
    });

    test('the page does not tell who has an account, and the mailbox does', async () => {
      await katherine.context.clearCookies();
      const known = await ask(katherine, ADA.email);
      const unknown = await ask(katherine, 'nobody@example.com');

      expect(known.said).toBe(unknown.said);
      expect(await mailbox.link(ADA.email, '/login')).toBe(`${permiso.url}/login`);
      expect(await mailbox.link('nobody@example.com', '/signup/')).toContain(permiso.url);
    });
  });
});
