import { expect } from 'vitest';
import { registerClient } from '../testing/relying-party.ts';
import { test } from '../testing/test.ts';

test('a link cannot have the page after sign-out name an application that asked for nothing', async ({
  app,
  em,
}) => {
  const { clientId } = await registerClient(em, { name: 'Payroll' });

  const page = await app.inject(`/oauth/logout/success?client_id=${clientId}`);

  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('name="signed-out"');
  expect(page.body).not.toContain('Payroll');
});

test('a picture on a foreign page signs nobody out: sign-out asks first', async ({ signUp }) => {
  const { browser } = await signUp('watcher');

  const answer = await browser.get('/oauth/logout', {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-dest': 'image',
    'sec-fetch-mode': 'no-cors',
  });

  expect(answer.statusCode).toBe(200);
  expect((await browser.get('/api/session')).json().user).toMatchObject({ username: 'watcher' });
});
