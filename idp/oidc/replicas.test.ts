import { randomUUID } from 'node:crypto';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { expect } from 'vitest';
import { connectDatabase, createUser } from '#core';
import { person } from '#core/testing';
import { createApp } from '../app.ts';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
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
