import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Application, createApplication } from './application.ts';
import { launchChromium, openBrowser, type PersonAtBrowser } from './browser.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { Permiso } from './permiso.ts';

const ENGINEERING = `
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: engineering, namespace: apps }
spec: { members: [ada] }
`;

describe('from YAML to a signed-in application', () => {
  let permiso: Permiso;
  let chromium: Browser;
  let wiki: Application;
  let ada: PersonAtBrowser;
  let alan: PersonAtBrowser;

  beforeAll(async () => {
    permiso = await Permiso.create();
    wiki = await createApplication('wiki');
    chromium = await launchChromium(inject('chromiumPath'));
    [ada, alan] = [await openBrowser(chromium), await openBrowser(chromium)];
    await permiso.start();
  });

  afterAll(async () => {
    await wiki.stop();
    await chromium.close();
    await permiso.remove();
  });

  test('the first visitor becomes the administrator, with a passkey', async () => {
    await enrol(ada.page, `${permiso.url}/setup`, ADA);

    expect(await (await ada.page.request.get(`${permiso.url}/api/session`)).json()).toMatchObject({
      user: { username: 'ada', isAdmin: true },
    });
  });

  test('set-up is closed for everybody after that', async () => {
    const answer = await fetch(`${permiso.url}/api/set-up`);

    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'set_up_closed' });
  });

  test('a second person joins by an invite', async () => {
    await enrol(alan.page, await invite(ada.page), ALAN);

    expect(await (await alan.page.request.get(`${permiso.url}/api/session`)).json()).toMatchObject({
      user: { username: 'alan', isAdmin: false },
    });
  });

  test('once a YAML file is there, an application signs the person in, with nothing else to do', async () => {
    await permiso.writeManifest('group.yaml', ENGINEERING);
    await permiso.writeManifest('wiki.yaml', wiki.manifest('mode: Groups, groups: [engineering]'));
    await permiso.process.line('resource=apps/wiki');
    await wiki.start(permiso);

    await ada.page.goto(wiki.url);
    await ada.page.getByRole('button', { name: 'Allow' }).click();
    await ada.page.waitForURL((at) => at.pathname === '/callback');
    const { claims, userinfo } = JSON.parse((await ada.page.textContent('body')) ?? '');

    expect(claims).toMatchObject({ iss: permiso.url, aud: 'apps.wiki', preferred_username: 'ada' });
    expect(userinfo).toMatchObject({
      sub: claims.sub,
      email: 'ada@example.com',
      groups: ['engineering'],
    });
  });

  test('somebody who is signed out uses the passkey on the way', async () => {
    await ada.context.clearCookies();
    await ada.page.goto(wiki.url);
    await ada.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await ada.page.waitForURL((at) => at.pathname === '/callback');
    const { claims } = JSON.parse((await ada.page.textContent('body')) ?? '');

    expect(claims.preferred_username).toBe('ada');
    expect(claims.amr).toContain('pop');
  });

  test('somebody outside the group reads why, and the application gets access_denied', async () => {
    await alan.page.goto(wiki.url);
    await alan.page.getByRole('heading', { name: 'You cannot open Wiki' }).waitFor();
    const reason = await alan.page.textContent('main');
    await alan.page.getByRole('button', { name: 'Back to Wiki' }).click();
    await alan.page.waitForURL((at) => at.pathname === '/callback');

    expect(reason).toContain('open to certain groups');
    expect(JSON.parse((await alan.page.textContent('body')) ?? '')).toMatchObject({
      error: 'access_denied',
    });
  });

  test('an illegal file is refused with its name, its field and a sentence; the rest goes on', async () => {
    const illegal = wiki
      .manifest()
      .replace('name: wiki', 'name: broken')
      .replace('http://localhost', 'http://evil.example');
    await permiso.writeManifest('broken.yaml', illegal);
    const line = await permiso.process.line('manifest refused');
    await ada.page.goto(wiki.url);
    await ada.page.waitForURL((at) => at.pathname === '/callback');

    expect(line).toContain('file=broken.yaml');
    expect(line).toContain('field=spec.callbackURLs[0]');
    expect(line).toMatch(/loopback|localhost/);
  });

  test('removing the file makes the next sign-in fail, on a page that says so', async () => {
    await permiso.removeManifest('wiki.yaml');
    await permiso.process.line('resource retired');
    await ada.page.goto(wiki.url);

    const refusal = ada.page.getByText('not known to this identity provider');
    await refusal.waitFor();
    expect(await refusal.isVisible()).toBe(true);
  });
});
