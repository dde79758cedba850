import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { query } from '#core';
import { IMAGES, png } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import { registerClient, signInTo, userinfo } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const HTML = '<!doctype html><script>alert(1)</script>';

async function put(browser: Browser, file: Buffer | string, type = 'image/png') {
  return browser.send({
    method: 'PUT',
    url: '/api/account/picture',
    payload: file,
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': type },
  });
}

async function pictureOf(browser: Browser): Promise<string> {
  return (await browser.get('/api/account')).json().pictureUrl;
}

describe('a picture', () => {
  test('is shown to its person, on the pages and to administrators', async ({ admin, signUp }) => {
    const { browser, user } = await signUp('ada');

    const answer = await put(browser, IMAGES.jpeg, 'image/jpeg');

    const url = await pictureOf(browser);
    expect(answer.statusCode).toBe(204);
    expect(url).toMatch(/^\/images\/[\w-]{43}$/);
    expect((await browser.get('/api/session')).json().user.pictureUrl).toBe(url);
    expect((await admin.get(`/api/users/${user.id}`)).json().pictureUrl).toBe(url);
  });

  test('is harmless when somebody opens it', async ({ browser, signUp }) => {
    const { browser: grace } = await signUp('grace');
    // A picture that is a page as well, for whoever guesses.
    await put(grace, Buffer.concat([IMAGES.png, Buffer.from(HTML)]));

    const { statusCode, headers, body } = await browser.get(await pictureOf(grace));

    expect(statusCode).toBe(200);
    expect(body).not.toContain('script');
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'attachment; filename="image.png"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  test('is what its bytes are, whatever the sender says', async ({ browser, signUp }) => {
    const { browser: alan } = await signUp('alan');

    await put(alan, IMAGES.webp, 'image/png');

    const { headers } = await browser.get(await pictureOf(alan));
    expect(headers['content-type']).toBe('image/webp');
  });

  test('is a claim of the scope profile, and gone when it was taken away', async ({
    app,
    em,
    signUp,
  }) => {
    const { browser } = await signUp('edsger');
    const wiki = await registerClient(em);
    await put(browser, IMAGES.png);
    const claims = async () => {
      const { tokens } = await signInTo(app, browser, wiki);
      const inToken = decodeJwt(tokens.id_token);
      const told = (await userinfo(app, tokens.access_token)).json();
      expect(inToken.picture).toBe(told.picture);
      return told;
    };

    const before = await claims();
    await browser.send({
      method: 'DELETE',
      url: '/api/account/picture',
      headers: { 'sec-fetch-site': 'same-origin' },
    });

    expect(before.picture).toMatch(new RegExp(`^${ORIGIN}/images/[\\w-]{43}$`));
    expect(await claims()).not.toHaveProperty('picture');
    expect(await pictureOf(browser)).toBeNull();
  });

  test('that a directory brings can only be changed there', async ({ em, signUp }) => {
    const { browser, user } = await signUp('barbara');
    await query(em, `update users set owner = 'ldap' where id = $1`, [user.id]);

    expect((await put(browser, IMAGES.png)).json()).toMatchObject({
      status: 409,
      code: 'owned_elsewhere',
    });
  });

  test.for<[string, number, Buffer | string, string]>([
    ['an SVG with a script', 415, SVG, 'image/svg+xml'],
    ['an SVG that is called a PNG', 422, SVG, 'image/png'],
    ['HTML that is called a JPEG', 422, HTML, 'image/jpeg'],
    ['HTML', 415, HTML, 'text/html'],
    ['JSON', 422, '{}', 'application/json'],
    ['a PNG of 60,000 × 60,000', 422, png(60_000, 60_000), 'image/png'],
    ['more than 1 MB', 413, Buffer.alloc(1024 * 1024 + 1), 'image/png'],
  ])('%s is refused', async ([, status, file, type], { admin }) => {
    const answer = await put(admin, file, type);

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(await pictureOf(admin)).toBeNull();
  });

  test('is nobody’s without a session', async ({ browser }) => {
    expect((await put(browser, IMAGES.png)).statusCode).toBe(401);
  });

  test('that nobody has is not found', async ({ browser }) => {
    const answer = await browser.get(`/images/${'x'.repeat(43)}`);

    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found' });
    expect((await browser.get('/images/..%2f..%2fetc%2fpasswd')).statusCode).toBe(400);
  });
});
