import { describe, expect } from 'vitest';
import { query } from '#core';
import type { Browser } from '../testing/browser.ts';
import { test } from '../testing/test.ts';

async function change(browser: Browser, payload: object) {
  return browser.send({
    method: 'PATCH',
    url: '/api/account',
    payload,
    headers: { 'sec-fetch-site': 'same-origin' },
  });
}

describe('the profile', () => {
  test('is changed by its person, and the audit log keeps before and after', async ({
    em,
    signUp,
  }) => {
    const { browser, user } = await signUp('noether');

    const answer = await change(browser, { displayName: ' Emmy Noether ', language: 'de' });

    expect(answer.json()).toMatchObject({ displayName: 'Emmy Noether', language: 'de' });
    expect((await browser.get('/api/session')).json().user).toMatchObject({
      displayName: 'Emmy Noether',
      language: 'de',
    });
    expect(
      await query(em, 'select details from audit_events where user_id = $1 and event = $2', [
        user.id,
        'account_changed',
      ]),
    ).toEqual([
      {
        details: {
          before: { displayName: user.displayName, language: null },
          after: { displayName: 'Emmy Noether', language: 'de' },
        },
      },
    ]);
  });

  test.for<[string, object]>([
    ['isAdmin', { isAdmin: true }],
    ['the username', { username: 'root' }],
    ['the email address, which is confirmed first', { email: 'other@example.com' }],
    ['a name of blanks', { displayName: '  ' }],
    ['a language we do not speak', { language: 'eo' }],
  ])('refuses %s', async ([, payload], { signUp, services }) => {
    const { browser, user } = await signUp(`person-${Math.random().toString(36).slice(2, 8)}`);

    const answer = await change(browser, payload);

    expect([400, 422]).toContain(answer.statusCode);
    const [row] = await query(
      services.database.em.fork(),
      'select username, email, is_admin, display_name from users where id = $1',
      [user.id],
    );
    expect(row).toEqual({
      username: user.username,
      email: user.email,
      is_admin: false,
      display_name: user.displayName,
    });
  });

  test('is nobody’s business who is signed out', async ({ browser }) => {
    expect((await browser.get('/api/account')).statusCode).toBe(401);
    expect((await change(browser, { displayName: 'Nobody' })).statusCode).toBe(401);
  });
});
