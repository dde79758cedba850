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
