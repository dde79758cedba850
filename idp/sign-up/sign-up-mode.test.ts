import { describe, expect } from 'vitest';
import { createInvite, type GeneralSettings, query } from '#core';
import { groupDeclaration, person } from '#core/testing';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { test as base, ORIGIN } from '../testing/test.ts';

const test = base.extend<{
  /** Changes general settings until the end of the test. */
  set(change: Partial<GeneralSettings>): Promise<void>;
}>({
  set: async ({ em }, use) => {
    await use(async (change) => {
      await query(
        em,
        `insert into settings (key, value, owner, updated_at) values ('general', $1::jsonb, 'admin', now())
         on conflict (key) do update set value = excluded.value`,
        [JSON.stringify(change)],
      );
    });
    await query(em, `delete from settings where key = 'general'`);
  },
});

/** As far as the last step, which is left to the test. */
async function begin(browser: Browser, path: string, username: string) {
  const options = await browser.post(`${path}/options`, person(username));
  if (options.statusCode !== 200) {
    return async () => options;
  }
  const credential = new SoftwareAuthenticator(ORIGIN).create(options.json());
  return () => browser.post(path, { credential });
}

describe('sign-up without an invitation', () => {
  test('is refused until somebody opens it, with what to do instead', async ({ browser }) => {
    const page = await browser.get('/api/sign-up');
    const answer = await (await begin(browser, '/api/sign-up', 'early'))();

    expect(page.json()).toMatchObject({ status: 403, code: 'invite_required' });
    expect(answer.json()).toMatchObject({ status: 403, code: 'invite_required' });
    expect(answer.json().title).toContain('Ask an administrator');
  });

  test('makes an account where it is open: no administrator, its address unconfirmed, in the default groups', async ({
    browser,
    em,
    set,
  }) => {
    await set({ signUp: 'open', defaultGroups: ['staff', 'later'] });
    await query(
      em,
      `insert into groups (id, name, display_name, members_are_exact, custom_claims, owner, created_at, updated_at)
       values (gen_random_uuid(), $1, $1, false, '[]', 'admin', now(), now())`,
      [groupDeclaration('staff').name],
    );

    const answer = await (await begin(browser, '/api/sign-up', 'walk-in'))();

    expect((await browser.get('/api/sign-up')).statusCode).toBe(204);
    expect(answer.json().user).toMatchObject({ username: 'walk-in', isAdmin: false });
    expect(
      await query(
        em,
        `select u.email_verified, g.name from users u join memberships m on m.user_id = u.id
         join groups g on g.id = m.group_id where u.username = 'walk-in'`,
      ),
    ).toEqual([{ email_verified: false, name: 'staff' }]);
  });

  test.for(['invite', 'closed'] as const)(
    'that was begun while it was open is refused at the last step once it is "%s"',
    async (signUp, { browser, em, set }) => {
      await set({ signUp: 'open' });
      const finish = await begin(browser, '/api/sign-up', `slow-${signUp}`);
      await set({ signUp });

      const answer = await finish();

      expect(answer.statusCode).toBe(403);
      expect(
        await query(em, 'select 1 from users where username = $1', [`slow-${signUp}`]),
      ).toEqual([]);
    },
  );

  test('may not be finished as if somebody had been invited', async ({ admin, browser, set }) => {
    const { url } = (
      await admin.post('/api/invites', { expiresAt: new Date(Date.now() + 60_000).toISOString() })
    ).json();
    await set({ signUp: 'open' });
    const options = await browser.post('/api/sign-up/options', person('swapper'));
    const credential = new SoftwareAuthenticator(ORIGIN).create(options.json());
    await set({ signUp: 'invite' });

    const answer = await browser.post(`/api/sign-up/${url.split('/').at(-1)}`, { credential });

    expect(answer.json().code).toBe('invite_not_valid');
  });

  test('is limited for one network', async ({ app, set }) => {
    await set({ signUp: 'open' });
    const ask = () =>
      new Browser(app, ORIGIN).send({
        method: 'POST',
        url: '/api/sign-up/options',
        payload: person('flood'),
        headers: { 'sec-fetch-site': 'same-origin' },
        remoteAddress: '203.0.113.60',
      });

    const answers = await Promise.all(Array.from({ length: 62 }, ask));

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(60);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(2);
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
