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
