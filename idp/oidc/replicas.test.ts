import { randomUUID } from 'node:crypto';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { expect } from 'vitest';
import { connectDatabase, createUser } from '#core';
import { person } from '#core/testing';
import { createApp } from '../app.ts';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { Device } from '../testing/device.ts';
import { signUpPerson } from '../testing/people.ts';
import {
  authorize,
  exchange,
  refresh,
  registerClient,
  signInTo,
  userinfo,
} from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';
import { DEVICE_GRANT } from './device/device.service.ts';

test('two replicas finish what the other began, and spend a code and a token once between them', async ({
  app,
  databaseUrl,
  em,
  services,
}) => {
  const database = await connectDatabase(databaseUrl);
  const replicas = [app, await createApp({ ...services, database })] as const;
  let turn = 0;
  const inject = (request: InjectOptions) => {
    turn += 1;
    return replicas[turn % 2 === 0 ? 0 : 1].inject(request);
  };
  const both = { inject } as unknown as FastifyInstance;
  const browser = new Browser(both, ORIGIN);
  const host = await createUser(em, person('host'), { id: randomUUID(), isAdmin: true });
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  await signUpPerson({ em, browser, authenticator }, host, 'gauss');
  const client = await registerClient(em);
  const { code, verifier } = await authorize(browser, client);
  const params = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  };

  const codes = await Promise.all(
    Array.from({ length: 20 }, () => exchange(both, { ...client, params })),
  );
  const { tokens } = await signInTo(both, browser, client);
  const refreshes = await Promise.all(
    Array.from({ length: 20 }, () => refresh(both, client, tokens.refresh_token)),
  );
  const first = codes.find(({ statusCode }) => statusCode === 200)?.json();
  const won = refreshes.filter(({ statusCode }) => statusCode === 200);
  const after = await refresh(both, client, won[0]?.json().refresh_token);
  await replicas[1].close();
  await database.close();

  expect(codes.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  expect((await userinfo(app, first.access_token)).statusCode).toBe(401);
  expect(won).toHaveLength(1);
  expect(after.statusCode).toBe(200);
});

test('two replicas let a device in once between them, and count wrong user codes together', async ({
  app,
  databaseUrl,
  em,
  services,
  signUp,
}) => {
  const database = await connectDatabase(databaseUrl);
  const replicas = [app, await createApp({ ...services, database })] as const;
  const client = await registerClient(em, { grantTypes: [DEVICE_GRANT], callbackUrls: [] });
  const device = await Device.begin(replicas[1], client);
  const { browser } = await signUp('noether');
  await device.approve(browser);
  const guess = (turn: number) =>
    replicas[turn % 2 === 0 ? 0 : 1].inject({
      method: 'POST',
      url: '/device',
      payload: { userCode: 'BCDF-GHJK' },
    });

  const polls = await Promise.all(
    Array.from({ length: 20 }, (_, turn) => device.poll({ app: replicas[turn % 2 === 0 ? 0 : 1] })),
  );
  const guesses = await Promise.all(Array.from({ length: 30 }, (_, turn) => guess(turn)));
  await replicas[1].close();
  await database.close();

  const won = polls.filter(({ statusCode }) => statusCode === 200);
  expect(won).toHaveLength(1);
  expect((await userinfo(app, won[0]?.json().access_token)).statusCode).toBe(200);
  expect(guesses.filter(({ statusCode }) => statusCode === 429)).toHaveLength(10);
});
