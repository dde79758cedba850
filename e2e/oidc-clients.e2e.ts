import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type Application, createApplication } from './application.ts';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading, field, focused, press, type } from './hands.ts';
import { DESKTOP, observe, type Visitor } from './inspection.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';

const LIST = '/settings/admin/oidc-clients';

let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;
let wiki: Application;
let secret: string;

beforeAll(async () => {
  permiso = await Permiso.create();
  wiki = await createApplication('wiki');
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  ada = await observe(await openBrowser(chromium, { viewport: DESKTOP, reducedMotion: 'reduce' }));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
});

afterAll(async () => {
  await wiki.stop();
  await chromium.close();
  await permiso.remove();
});

describe('OIDC Clients', () => {
  test('say what to do while there are none, and are made by keyboard alone', async () => {
    await ada.page.goto(permiso.url + LIST);
    await ada.page.getByText('There are no clients yet').waitFor();

    await press(button(ada, 'New Client'));
    await focused(field(ada, 'Name'));
    await type(field(ada, 'Name'), 'Wiki');
    await type(field(ada, 'Client ID optional'), 'wiki');
    await type(field(ada, 'Callback URLs'), `${wiki.url}/callback`);
    await press(button(ada, 'Create'));
    await expectHeading(ada, 'Your client is ready');
    secret = await field(ada, 'Client secret').inputValue();
    await press(button(ada, 'I have kept it'));
    await expectHeading(ada, 'Wiki');

    expect(ada.page.url()).toBe(`${permiso.url}${LIST}/wiki`);
    expect(await proveClient('not-its-secret')).toMatchObject({ error: 'invalid_client' });
    expect(ada.complaints).toEqual([]);
  });

  test('have a secret that works at the token endpoint', async () => {
    await ada.page.getByLabel('The application for itself').check();
    await button(ada, 'Save: Advanced').click();

    await vi.waitFor(async () =>
      expect(await proveClient(secret)).toMatchObject({ token_type: 'Bearer' }),
    );
  });

  test('never show a secret again', async () => {
    await ada.page.reload();
    await expectHeading(ada, 'Secrets');

    expect(await ada.page.content()).not.toContain(secret);
    expect(
      await (await ada.page.request.get(`${permiso.url}/api/clients/wiki`)).text(),
    ).not.toContain(secret);
  });

  test('refuse a bad callback URL with a sentence beside the field, and keep the good ones', async () => {
    const urls = field(ada, 'Callback URLs');
    await urls.fill(`${wiki.url}/callback\njavascript:alert(1)`);
    await button(ada, 'Save: Addresses').click();

    const sentence = ada.page.locator('p[id$="-error"]', { hasText: 'not safe to redirect to' });
    await sentence.waitFor();
    expect(await urls.getAttribute('aria-describedby')).toContain(
      String(await sentence.getAttribute('id')),
    );
    expect((await client()).callbackUrls).toEqual([`${wiki.url}/callback`]);
  });

  test('are changed part by part', async () => {
    await field(ada, 'Callback URLs').fill(`${wiki.url}/callback`);
    await field(ada, 'Name').fill('Our Wiki');
    await button(ada, 'Save: Details').click();
    await expectHeading(ada, 'Our Wiki');
    await field(ada, 'Who may sign in').selectOption('Nobody: closed');
    await button(ada, 'Save: Access').click();

    await vi.waitFor(async () =>
      expect(await client()).toMatchObject({ name: 'Our Wiki', accessMode: 'nobody' }),
    );
  });

  test('that somebody else changed meanwhile are not overwritten', async () => {
    await ada.page.request.patch(`${permiso.url}/api/clients/wiki`, {
      data: { accessMode: 'everyone' },
    });
    await field(ada, 'Name').fill('Overwritten');
    await button(ada, 'Save: Details').click();
    await ada.page.getByText('Somebody else changed this a moment ago').waitFor();

    expect((await client()).name).toBe('Our Wiki');
  });

  test('get a new secret that works beside the old one, which can then be revoked', async () => {
    await ada.page.reload();
    await button(ada, 'New secret').click();
    await button(ada, 'Create').click();
    await expectHeading(ada, 'Your secret');
    const fresh = await field(ada, 'Client secret').inputValue();
    await button(ada, 'I have kept it').click();
    await ada.page
      .getByRole('button', { name: /^Revoke the secret/ })
      .nth(1)
      .waitFor();
    const both = [await proveClient(secret), await proveClient(fresh)];
    await ada.page
      .getByRole('button', { name: /^Revoke the secret/ })
      .first()
      .click();
    await expectHeading(ada, 'Revoke the secret of');
    await button(ada, 'Revoke').click();

    expect(both).toMatchObject([{ token_type: 'Bearer' }, { token_type: 'Bearer' }]);
    await vi.waitFor(async () =>
      expect(await proveClient(secret)).toMatchObject({ error: 'invalid_client' }),
    );
    expect(await proveClient(fresh)).toMatchObject({ token_type: 'Bearer' });
    secret = fresh;
  });

  test('are found by name and client ID, and deleted after a question that names them', async () => {
    await ada.page.request.post(`${permiso.url}/api/clients`, {
      data: { id: 'tidy', name: 'Short-lived', callbackUrls: ['https://tidy.example.com/cb'] },
    });
    await ada.page.goto(permiso.url + LIST);
    await field(ada, 'Search by name or client ID').fill('tid');
    await ada.page.getByRole('link', { name: 'Short-lived' }).click();
    await expectHeading(ada, 'Short-lived');
    await button(ada, 'Delete client').click();
    await expectHeading(ada, 'Delete Short-lived?');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete client' }).click();
    await expectHeading(ada, 'OIDC Clients');

    await ada.page.getByRole('link', { name: 'Our Wiki' }).waitFor();
    expect((await ada.page.request.get(`${permiso.url}/api/clients/tidy`)).status()).toBe(404);
  });
});

describe('a client that was clicked together and moves to Git', () => {
  let refreshToken: string;
  let yaml: string;

  test('signs somebody in, who agrees, and gives its application a refresh token', async () => {
    const callbackUrls = [`${wiki.url}/callback`, `${wiki.url}/tokens`];
    await ada.page.request.patch(`${permiso.url}/api/clients/wiki`, { data: { callbackUrls } });
    await wiki.start(permiso, {
      issuer_url: permiso.url,
      client_id: 'wiki',
      client_secret: secret,
    });

    await ada.page.goto(wiki.url);
    await button(ada, 'Allow').click();
    const { claims } = await claimsAtApplication();
    refreshToken = String((await exchange(await askForCode())).refresh_token);

    expect(claims).toMatchObject({ aud: 'wiki', preferred_username: ADA.username });
    expect(refreshToken.length).toBeGreaterThan(20);
  });

  test('is told as YAML, without its secret', async () => {
    await ada.page.goto(`${permiso.url}${LIST}/wiki`);
    await button(ada, 'Copy as YAML').click();
    yaml = String(await ada.page.getByRole('region', { name: 'As YAML' }).textContent());
    await button(ada, 'Close').click();

    expect(yaml).toContain('kind: OIDCClient');
    expect(yaml).toContain('adoption: IfMatch');
    expect(yaml).not.toContain(secret);
  });

  test('belongs to the resource once that is applied, and the page says so and is read-only', async () => {
    await permiso.writeManifest('wiki.yaml', yaml);
    await permiso.process.line('resource=default/wiki');
    await vi.waitFor(async () =>
      expect((await client()).owner).toBe('kubernetes:OIDCClient/default/wiki'),
    );
    await ada.page.reload();

    await ada.page.getByText('Declared by OIDCClient default/wiki').waitFor();
    expect(await field(ada, 'Name').isDisabled()).toBe(true);
    expect(await ada.page.getByRole('button', { name: /^Save/ }).count()).toBe(0);
    expect(await button(ada, 'Delete client').count()).toBe(0);
    const answer = await ada.page.request.patch(`${permiso.url}/api/clients/wiki`, {
      data: { name: 'Mine' },
    });
    expect([answer.status(), (await answer.json()).title]).toEqual([
      409,
      expect.stringContaining('kubernetes:OIDCClient/default/wiki'),
    ]);
  });

  test('without its application, its people, their consent or their tokens noticing', async () => {
    // The old secret, the session and the consent: nobody is asked anything on the way.
    await ada.page.goto(wiki.url);
    const { claims } = await claimsAtApplication();
    const refreshed = await token({ grant_type: 'refresh_token', refresh_token: refreshToken });

    expect(claims.preferred_username).toBe(ADA.username);
    expect(refreshed).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) });
  });
});

async function claimsAtApplication(): Promise<{ claims: Record<string, unknown> }> {
  await ada.page.waitForURL((at) => at.href.startsWith(`${wiki.url}/callback`));
  return JSON.parse((await ada.page.textContent('body')) ?? '');
}

const VERIFIER = 'v'.repeat(43);

/** Another sign-in of the same application, which nobody is asked about: the code is on its way back. */
async function askForCode(): Promise<string> {
  const request = new URLSearchParams({
    client_id: 'wiki',
    redirect_uri: `${wiki.url}/tokens`,
    response_type: 'code',
    scope: 'openid profile',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const url = `${permiso.url}/oauth/authorize?${request}`;
  const answer = await ada.page.request.get(url, { maxRedirects: 0 });
  return new URL(answer.headers().location ?? '').searchParams.get('code') ?? '';
}

async function exchange(code: string): Promise<Record<string, unknown>> {
  return token({
    grant_type: 'authorization_code',
    code,
    code_verifier: VERIFIER,
    redirect_uri: `${wiki.url}/tokens`,
  });
}

async function client(): Promise<Record<string, unknown>> {
  return (await ada.page.request.get(`${permiso.url}/api/clients/wiki`)).json();
}

/** What the token endpoint says to whoever has this secret. */
async function proveClient(value: string): Promise<Record<string, unknown>> {
  return token({ grant_type: 'client_credentials' }, value);
}

async function token(
  params: Record<string, string>,
  value = secret,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${permiso.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`wiki:${value}`).toString('base64')}` },
    body: new URLSearchParams(params),
  });
  return (await answer.json()) as Record<string, unknown>;
}
