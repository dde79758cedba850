import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { findUser, query } from '#core';
import { Browser } from './testing/browser.ts';
import { test as base, ORIGIN } from './testing/test.ts';

const RESCUE = join(import.meta.dirname, 'rescue.ts');

const test = base.extend<{
  /** The program, as somebody types it in the container. */
  rescue(...args: string[]): Promise<{ code: unknown; said: string; complained: string }>;
}>({
  rescue: async ({ databaseUrl }, use) => {
    const env = { APP_URL: ORIGIN, DB_CONNECTION_STRING: databaseUrl };
    await use(async (...args) => {
      const child = spawn(process.execPath, [RESCUE, ...args], { env });
      const code = new Promise((resolve) => child.once('exit', resolve));
      const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: await code, said, complained };
    });
  },
});

describe('the rescue command', () => {
  test('makes an administrator, writes it down, and may be repeated', async ({
    em,
    rescue,
    signUp,
  }) => {
    const { user } = await signUp('ada');

    const first = await rescue('promote', 'ada');
    const second = await rescue('promote', 'ada');

    const said = 'ada is an administrator';
    expect(first).toEqual({ code: 0, said: `${said} now\n`, complained: '' });
    expect(second).toEqual({ code: 0, said: `${said} already\n`, complained: '' });
    expect((await findUser(em.fork(), user.id))?.isAdmin).toBe(true);
    const events = await query(em, `select actor, event from audit_events where actor = 'rescue'`);
    expect(events).toEqual([{ actor: 'rescue', event: 'user_promoted' }]);
  });

  test('prints a link that signs somebody in, once', async ({ app, em, rescue, signUp }) => {
    await signUp('grace');
    const browser = new Browser(app, ORIGIN);

    const { code, said } = await rescue('login-link', 'grace');
    const token = said.trim().replace(`${ORIGIN}/login-link/`, '');
    const statuses = [
      (await browser.post(`/api/login-links/${token}`)).statusCode,
      (await new Browser(app, ORIGIN).post(`/api/login-links/${token}`)).statusCode,
    ];

    expect(code).toBe(0);
    expect(statuses).toEqual([204, 404]);
    expect((await browser.get('/api/session')).json().user.username).toBe('grace');
    const [event] = await query<{ actor: string; details: object }>(
      em,
      `select actor, details from audit_events where event = 'login_link_created'`,
    );
    expect(event).toEqual({ actor: 'rescue', details: { mailed: false } });
  });

  test('says who is not there, and who may not come in', async ({ em, rescue, signUp }) => {
    const { user } = await signUp('hal');
    await query(em, 'update users set disabled_at = now() where id = $1', [user.id]);

    const unknown = await rescue('promote', 'nobody');
    const disabled = await rescue('login-link', 'hal');

    expect(unknown).toMatchObject({
      code: 1,
      said: '',
      complained: 'Nobody has the username "nobody"\n',
    });
    expect(disabled).toMatchObject({ code: 1, said: '' });
    expect(disabled.complained).toMatch(/^The account of "hal" is disabled\./);
  });

  test.for([
    [[]],
    [['promote']],
    [['demote', 'ada']],
    [['toString', 'ada']],
    [['promote', 'ada', 'eve']],
  ])('says how it is used when asked %j', async ([args = []], { rescue }) => {
    const { code, complained } = await rescue(...args);

    expect(code).toBe(64);
    expect(complained).toContain('node idp/rescue.ts promote <username>');
  });

  test('is what the page says that finds set-up closed, in every language', async () => {
    for (const language of ['en', 'de', 'fr']) {
      const file = join(import.meta.dirname, `web/locales/${language}.json`);
      const texts = JSON.parse(await readFile(file, 'utf8'));
      expect(texts['setUp.closedMend']).toContain('node idp/rescue.ts promote <');
    }
  });
});
