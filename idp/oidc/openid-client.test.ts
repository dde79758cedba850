import type { FastifyInstance, InjectOptions } from 'fastify';
import { exportJWK, generateKeyPair } from 'jose';
import * as openid from 'openid-client';
import { expect } from 'vitest';
import type { ClientKey } from '#core';
import { registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

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

test('a certified relying party pushes its request, binds its tokens to a key, refreshes and revokes', async ({
  app,
  em,
  signUp,
}) => {
  const client = await registerClient(em, {
    requirePushedAuthorizationRequests: true,
    skipConsent: true,
    idTokenSigningAlg: 'ES256',
  });
  const { browser, user } = await signUp('ada');
  const config = await openid.discovery(
    new URL(ORIGIN),
    client.clientId,
    { client_secret: client.secret ?? '', id_token_signed_response_alg: 'ES256' },
    openid.ClientSecretPost(client.secret),
    { [openid.customFetch]: fetchFrom(app) },
  );
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
  const verifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];

  const begin = await openid.buildAuthorizationUrlWithPAR(
    config,
    {
      redirect_uri: client.redirectUri,
      scope: 'openid profile offline_access',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    },
    { DPoP },
  );
  const { url } = await browser.follow(begin.href);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  const tokens = await openid.authorizationCodeGrant(config, new URL(url), checks, undefined, {
    DPoP,
  });
  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
    DPoP,
  });
  const before = await openid.tokenIntrospection(config, fresh.access_token);
  const person = await openid.fetchUserInfo(config, fresh.access_token, user.id, { DPoP });
  await openid.tokenRevocation(config, fresh.refresh_token ?? '');
  const after = await openid.tokenIntrospection(config, fresh.access_token);

  expect(tokens.claims()).toMatchObject({ sub: user.id, preferred_username: 'ada' });
  expect([tokens.token_type, before.active, after.active]).toEqual(['dpop', true, false]);
  expect(person.preferred_username).toBe('ada');
});

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
