import { describe, expect } from 'vitest';
import { query, removeExpired } from '#core';
import { IMAGES, png } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import { test } from '../testing/test.ts';

const URL = '/api/settings/branding';
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

async function put(browser: Browser, accent: string | null, headers: Record<string, string> = {}) {
  const payload = { accent };
  return browser.send({
    method: 'PUT',
    url: URL,
    payload,
    headers: { ...SAME_ORIGIN, ...headers },
  });
}

async function upload(browser: Browser, theme: string, file: Buffer | string) {
  return browser.send({
    method: 'PUT',
    url: `${URL}/logos/${theme}`,
    payload: file,
    headers: { ...SAME_ORIGIN, 'content-type': 'image/png' },
  });
}

describe('branding', () => {
  test('is what everybody sees, the colour as each theme can show it', async ({
    admin,
    browser,
  }) => {
    const answer = await put(admin, '#ffcc00');

    const { instance } = (await browser.get('/api/session')).json();
    expect(answer.json()).toMatchObject({ accent: '#ffcc00', owner: 'admin' });
    expect(instance.branding).toEqual({
      accents: answer.json().accents,
      logo: { light: null, dark: null },
    });
    expect(instance.branding.accents.dark.accent).toBe('#ffcc00');
    expect(instance.branding.accents.light.accent).not.toBe('#ffcc00');
  });

  test('has a logo for each theme, which outlives a clean-up and the other one', async ({
    admin,
    browser,
    em,
  }) => {
    await upload(admin, 'light', IMAGES.png);
    await upload(admin, 'dark', IMAGES.webp);
    await query(em, `update images set recorded_at = now() - interval '1 day'`);
    await removeExpired(em, { auditLogRetentionDays: 90 });
    const { logo } = (await browser.get('/api/session')).json().instance.branding;

    const light = await browser.get(logo.light);
    const dark = await browser.get(logo.dark);
    const removed = await admin.send({
      method: 'DELETE',
      url: `${URL}/logos/light`,
      headers: SAME_ORIGIN,
    });

    expect([light, dark].map(({ headers }) => headers['content-type'])).toEqual([
      'image/png',
      'image/webp',
    ]);
    expect(removed.json().logo).toEqual({ light: null, dark: logo.dark });
  });

  test.for<[string, Buffer | string]>([
    ['an SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'],
    ['renamed HTML', '<!doctype html><script>alert(1)</script>'],
    ['a PNG of 60,000 × 60,000', png(60_000, 60_000)],
  ])('refuses %s as a logo', async ([, file], { admin }) => {
    expect((await upload(admin, 'light', file)).json()).toMatchObject({
      status: 422,
      field: 'image',
    });
  });

  test('refuses what is no colour', async ({ admin }) => {
    expect((await put(admin, 'red; x: url(//evil)'.slice(0, 16))).json()).toMatchObject({
      status: 422,
      field: 'accent',
    });
  });

  test('that somebody changed meanwhile is not overwritten', async ({ admin }) => {
    const seen = String((await put(admin, '#112233')).headers.etag);
    await put(admin, null);

    const answer = await put(admin, '#445566', { 'if-match': seen });

    expect(answer.json()).toMatchObject({ status: 412, code: 'changed_meanwhile' });
  });

  test('is for administrators only', async ({ browser, signUp }) => {
    const { browser: member } = await signUp('member');

    expect((await put(browser, null)).statusCode).toBe(401);
    expect((await put(member, null)).statusCode).toBe(403);
    expect((await upload(member, 'light', IMAGES.png)).statusCode).toBe(403);
  });
});
