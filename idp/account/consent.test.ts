import { expect } from 'vitest';
import { query } from '#core';
import type { Browser } from '../testing/browser.ts';
import {
  authorizeUrl,
  refresh,
  registerClient,
  signInTo,
  userinfo,
} from '../testing/relying-party.ts';
import { test } from '../testing/test.ts';

async function revoke(browser: Browser, clientId: string) {
  return browser.send({
    method: 'DELETE',
    url: `/api/account/consents/${clientId}`,
    headers: { 'sec-fetch-site': 'same-origin' },
  });
}

test('a consent that is taken back ends every token that came of it, and the next visit asks again', async ({
  app,
  em,
  signUp,
}) => {
  const [client, other] = [await registerClient(em), await registerClient(em)];
  const { browser, user } = await signUp('ada');
  const { tokens } = await signInTo(app, browser, client);
  const { tokens: untouched } = await signInTo(app, browser, other);
  const before = (await browser.get('/api/account/consents')).json();

  const answer = await revoke(browser, client.clientId);

  expect(before).toMatchObject([
    { clientId: client.clientId, scopes: ['openid', 'profile', 'email', 'groups'] },
    { clientId: other.clientId },
  ]);
  expect(answer.statusCode).toBe(204);
  expect((await userinfo(app, tokens.access_token)).statusCode).toBe(401);
  expect((await refresh(app, client, tokens.refresh_token)).json().error).toBe('invalid_grant');
  expect((await userinfo(app, untouched.access_token)).statusCode).toBe(200);
  const { url } = await browser.follow(authorizeUrl(client).url);
  const details = await browser.get(`${new URL(url).pathname}/details`);
  expect(details.json().prompt).toBe('consent');
  expect(
    await query(
      em,
      `select target from audit_events where user_id = $1 and event = 'consent_revoked'`,
      [user.id],
    ),
  ).toEqual([{ target: `client:${client.clientId}` }]);
});

test('a consent is taken back by its person only', async ({ app, browser, em, signUp }) => {
  const client = await registerClient(em);
  const { browser: hers } = await signUp('bea');
  const { browser: his } = await signUp('carl');
  const { tokens } = await signInTo(app, hers, client);

  expect((await revoke(his, client.clientId)).statusCode).toBe(404);
  expect((await revoke(browser, client.clientId)).statusCode).toBe(401);
  expect((await userinfo(app, tokens.access_token)).statusCode).toBe(200);
});
