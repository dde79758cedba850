import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, field } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';

const PHOTOGRAPH = join(import.meta.dirname, 'images/dashboard-light.png');
const HTML = Buffer.from('<!doctype html><script>document.title = "taken over"</script>');

/** As the browser decodes what the server gives out. */
const SIZE = `(async () => {
  const image = document.querySelector('header img');
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
})()`;

let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create();
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  ada = await observe(await openBrowser(chromium, { viewport: DESKTOP, reducedMotion: 'reduce' }));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
});

async function choosePhotograph(): Promise<void> {
  await ada.page.goto(`${permiso.url}/settings/account`);
  await field(ada, 'Picture').setInputFiles(PHOTOGRAPH);
  await ada.page.getByText('Saved', { exact: true }).waitFor();
}

test('a picture is drawn anew in the browser, and shown in the header and among the users', async () => {
  await choosePhotograph();
  await ada.page.locator('header img').waitFor();
  const size = await ada.page.evaluate<number[]>(SIZE);
  const flaws = await inspect(ada);
  await ada.page.goto(`${permiso.url}/settings/admin/users`);
  await ada.page.locator('main li img').waitFor();

  expect(size).toEqual([320, 320]);
  expect(flaws).toEqual(FLAWLESS);
});

test('a file that is no picture is refused in words, and leaves the picture as it was', async () => {
  await choosePhotograph();
  const file = { name: 'me.png', mimeType: 'image/png', buffer: HTML };
  await field(ada, 'Picture').setInputFiles(file);
  await ada.page.getByText('Your browser cannot draw this file').waitFor();

  expect(await ada.page.locator('header img').count()).toBe(1);
  expect(ada.complaints).toEqual([]);
});

test('a picture that is removed makes room for the initial', async () => {
  await choosePhotograph();
  await button(ada, 'Remove: Picture').click();
  await ada.page.locator('header').getByText('A', { exact: true }).waitFor();

  expect(await ada.page.locator('header img').count()).toBe(0);
  expect(ada.complaints).toEqual([]);
});
