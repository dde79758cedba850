import { describe, expect } from 'vitest';
import { createInvite, type GeneralSettings, query } from '#core';
import { person } from '#core/testing';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { useGeneralSettings } from '../testing/settings.ts';
import { test as base, ORIGIN } from '../testing/test.ts';

const test = base.extend<{
  /** Changes general settings until the end of the test. */
  set(change: Partial<GeneralSettings>): Promise<void>;
}>({
  set: async ({ em }, use) => {
    await use((change) => useGeneralSettings(em, change));
    await query(em, `delete from settings where key = 'general'`);
  },
});

/** As far as the last step, which is left to the test. */
async function begin(browser: Browser, path: string, username: string) {
  const options = await browser.post(`${path}/options`, person(username));
  const credential = new SoftwareAuthenticator(ORIGIN).create(options.json());
  return () => browser.post(path, { credential });
}

describe('sign-up without an invitation', () => {
  test('is refused until somebody opens it, with what to do instead', async ({ browser }) => {
    const asked = { email: 'early@example.com', language: 'en' };

    const answers = [await browser.get('/api/sign-up'), await browser.post('/api/sign-up', asked)];

    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ status: 403, code: 'invite_required' });
      expect(answer.json().title).toContain('Ask an administrator');
    }
  });

  test('needs mail, and says so to who wants an account and to who opens it', async ({
    admin,
    browser,
    em,
    set,
  }) => {
    await set({ signUp: 'open' });
    const asked = { email: 'early@example.com', language: 'en' };

    const answers = [await browser.get('/api/sign-up'), await browser.post('/api/sign-up', asked)];

    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ status: 409, code: 'mail_off' });
      expect(answer.json().title).toContain('Ask an administrator for an invitation');
    }
    expect((await admin.get('/api/settings/general')).json()).toMatchObject({ mailOn: false });
    expect(await query(em, 'select 1 from invites where created_by is null')).toEqual([]);
  });
});

describe('closed sign-up', () => {
  test('refuses invitations as well, also at the last step, and says why', async ({
    app,
    em,
    set,
    signUp,
  }) => {
    const { user } = await signUp('host');
    const expiresAt = new Date(Date.now() + 60_000);
    const invite = { createdBy: user.id, expiresAt, usageLimit: 1, groups: [] };
    const { token } = await createInvite(em, invite);
    const browser = new Browser(app, ORIGIN);
    const finish = await begin(browser, `/api/sign-up/${token}`, 'late');
    await set({ signUp: 'closed' });

    const answers = [
      await browser.get(`/api/sign-up/${token}`),
      await browser.post(`/api/sign-up/${token}/options`, person('later')),
      await finish(),
    ];

    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ status: 403, code: 'sign_up_closed' });
      expect(answer.json().title).toContain('by invitation neither');
    }
    const [row] = await query(em, 'select uses from invites where usage_limit = 1 and uses = 0');
    expect(row).toBeDefined();
  });
});
