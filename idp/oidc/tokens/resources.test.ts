import type { FastifyInstance } from 'fastify';
import { describe, expect } from 'vitest';
import { ADMIN, declareClient, type EntityManager } from '#core';
import { clientDeclaration } from '#core/testing';
import type { Browser } from '../../testing/browser.ts';
import {
  authorize,
  authorizeUrl,
  exchange,
  introspect,
  type RelyingParty,
  registerClient,
  userinfo,
} from '../../testing/relying-party.ts';
import { test } from '../../testing/test.ts';

const urn = ({ clientId }: RelyingParty) => `urn:permiso:client:${clientId}`;

async function signInFor(
  app: FastifyInstance,
  browser: Browser,
  { client, api }: { client: RelyingParty; api: RelyingParty },
) {
  const resource = urn(api);
  const { code, verifier } = await authorize(browser, { ...client, params: { resource } });
  const params = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
    resource,
  };
  return exchange(app, { ...client, params });
}

async function closeToEverybody(em: EntityManager, { clientId }: RelyingParty) {
  await declareClient(em, clientDeclaration(clientId, { accessMode: 'nobody' }), ADMIN);
}

describe('an access token for another application', () => {
  test('is known to that application and its holder, and opens no userinfo', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const [api, stranger] = [await registerClient(em), await registerClient(em)];
    const { browser, user } = await signUp('ada');

    const token = (await signInFor(app, browser, { client, api })).json().access_token;

    const facts = { active: true, sub: user.id, aud: api.clientId, client_id: client.clientId };
    expect(await introspect(app, api, token)).toMatchObject(facts);
    expect(await introspect(app, client, token)).toMatchObject(facts);
    expect(await introspect(app, stranger, token)).toEqual({ active: false });
    expect((await userinfo(app, token)).statusCode).toBe(401);
  });

  test('is refused to a person who may not use that application', async ({ app, em, signUp }) => {
    const [client, api] = [await registerClient(em), await registerClient(em)];
    const { browser } = await signUp('boole');
    await closeToEverybody(em, api);

    const answer = await signInFor(app, browser, { client, api });

    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_target']);
  });

  test('is inactive once that application is closed to the person', async ({ app, em, signUp }) => {
    const [client, api] = [await registerClient(em), await registerClient(em)];
    const { browser } = await signUp('cantor');
    const token = (await signInFor(app, browser, { client, api })).json().access_token;

    await closeToEverybody(em, api);

    expect(await introspect(app, api, token)).toEqual({ active: false });
  });

  test('of a machine names its audience as well', async ({ app, em }) => {
    const machine = await registerClient(em, {
      grantTypes: ['client_credentials'],
      callbackUrls: [],
    });
    const api = await registerClient(em);
    const params = { grant_type: 'client_credentials', resource: urn(api) };

    const token = (await exchange(app, { ...machine, params })).json().access_token;

    expect(await introspect(app, api, token)).toMatchObject({ active: true, aud: api.clientId });
  });
});

test.for([
  'https://api.example.com/',
  'urn:permiso:client:nobody',
  'urn:permiso:client:',
  'relative',
])('a request for the resource %s gets invalid_target', async (resource, { em, browser }) => {
  const client = await registerClient(em);

  const end = await browser.follow(authorizeUrl({ ...client, params: { resource } }).url);

  expect(end.url).toContain('error=invalid_target');
});
