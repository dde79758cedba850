import { expect } from 'vitest';
import { createApp } from '../app.ts';
import { ORIGIN, test } from '../testing/test.ts';

test('discovery names the internal address for what applications call themselves, and only for that', async ({
  services,
}) => {
  const internal = 'http://permiso-idp.permiso.svc:1812';
  const config = { ...services.config, INTERNAL_APP_URL: internal };
  const app = await createApp({ ...services, config });

  const document = (await app.inject('/.well-known/openid-configuration')).json();
  await app.close();

  expect(document).toMatchObject({
    issuer: ORIGIN,
    authorization_endpoint: `${ORIGIN}/oauth/authorize`,
    end_session_endpoint: `${ORIGIN}/oauth/logout`,
    token_endpoint: `${internal}/oauth/token`,
    userinfo_endpoint: `${internal}/oauth/userinfo`,
    jwks_uri: `${internal}/.well-known/jwks.json`,
    device_authorization_endpoint: `${internal}/oauth/device/code`,
    introspection_endpoint: `${internal}/oauth/introspect`,
  });
});
