import type { FastifyInstance, InjectOptions } from 'fastify';
import { exportJWK, generateKeyPair } from 'jose';
import * as openid from 'openid-client';
import { expect } from 'vitest';
import type { ClientKey } from '#core';
import { followStep } from '../testing/device.ts';
import { registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';
import { DEVICE_GRANT } from './device/device.service.ts';

/** What openid-client sends reaches the app without a network. */
function fetchFrom(app: FastifyInstance): openid.CustomFetch {
  return async (url, { method, headers, body }) => {
    const payload = body instanceof URLSearchParams ? body.toString() : body;
    const answer = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: url.replace(ORIGIN, ''),
      headers,
      ...(typeof payload === 'string' && { payload }),
    });
    return new Response(answer.body || null, {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
    });
  };
}

test('a certified relying party proves itself by its signature', async ({ app, em }) => {
  const { privateKey: key, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'first' } as ClientKey] };
  const { clientId } = await registerClient(em, { jwks, grantTypes: ['client_credentials'] });
  const config = await openid.discovery(
    new URL(ORIGIN),
    clientId,
    {},
    openid.PrivateKeyJwt({ key, kid: 'first' }),
    { [openid.customFetch]: fetchFrom(app) },
  );

  const { access_token } = await openid.clientCredentialsGrant(config);
  const before = await openid.tokenIntrospection(config, access_token);
  await openid.tokenRevocation(config, access_token);
  const after = await openid.tokenIntrospection(config, access_token);

  expect([before.active, after.active]).toEqual([true, false]);
  expect(config.serverMetadata().token_endpoint_auth_signing_alg_values_supported).toContain(
    'ES256',
  );
});

test('a certified relying party without a browser lets a person in by a code, and binds its tokens to a key', async ({
  app,
  em,
  signUp,
}) => {
  const client = await registerClient(em, {
    type: 'public',
    grantTypes: [DEVICE_GRANT, 'refresh_token'],
    callbackUrls: [],
    idTokenSigningAlg: 'EdDSA',
  });
  const { browser, user } = await signUp('boole');
  const config = await openid.discovery(
    new URL(ORIGIN),
    client.clientId,
    { id_token_signed_response_alg: 'EdDSA' },
    openid.None(),
    { [openid.customFetch]: fetchFrom(app) },
  );
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));

  const asked = await openid.initiateDeviceAuthorization(config, {
    scope: 'openid profile offline_access',
  });
  const polling = openid.pollDeviceAuthorizationGrant(
    config,
    { ...asked, interval: 1 },
    undefined,
    {
      DPoP,
    },
  );
  const found = await browser.post('/device', { userCode: asked.user_code });
  await (await (await followStep(browser, found)).take('device')).take('consent');
  const tokens = await polling;
  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
    DPoP,
  });
  const person = await openid.fetchUserInfo(config, fresh.access_token, user.id, { DPoP });

  expect(config.serverMetadata().device_authorization_endpoint).toBe(`${ORIGIN}/oauth/device/code`);
  expect(tokens.claims()).toMatchObject({ sub: user.id, aud: client.clientId });
  expect([tokens.token_type, person.preferred_username]).toEqual(['dpop', 'boole']);
});
