import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect } from 'vitest';
import {
  authorize,
  exchange,
  introspect,
  refresh,
  registerClient,
  signInTo,
  userinfo,
} from '../../testing/relying-party.ts';
import { ORIGIN, test } from '../../testing/test.ts';

const MACHINE = { grantTypes: ['client_credentials' as const], callbackUrls: [] };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('a machine', () => {
  test('gets an access token in its own name, which opens nobody’s userinfo', async ({
    app,
    em,
  }) => {
    const client = await registerClient(em, { ...MACHINE, accessTokenLifetime: 120 });

    const answer = await exchange(app, { ...client, params: { grant_type: 'client_credentials' } });
    const token = answer.json().access_token;

    expect(answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 120 });
    expect(await introspect(app, client, token)).toMatchObject({
      active: true,
      client_id: client.clientId,
    });
    expect((await userinfo(app, token)).statusCode).toBe(401);
  });

  test('without the grant or with a wrong secret gets nothing', async ({ app, em }) => {
    const [machine, web] = [await registerClient(em, MACHINE), await registerClient(em)];
    const params = { grant_type: 'client_credentials' };

    const wrongSecret = await exchange(app, { ...machine, secret: 'wrong', params });
    const wrongGrant = await exchange(app, { ...web, params });

    expect([wrongSecret.statusCode, wrongSecret.json().error]).toEqual([401, 'invalid_client']);
    expect([wrongGrant.statusCode, wrongGrant.json().error]).toEqual([400, 'invalid_request']);
  });
});

describe('userinfo', () => {
  test('is closed to everything but an access token', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('gauss');
    const { code } = await authorize(browser, client);
    const { tokens } = await signInTo(app, browser, client);

    for (const wrong of [tokens.id_token, tokens.refresh_token, code, 'nonsense']) {
      expect((await userinfo(app, wrong)).statusCode).toBe(401);
    }
    expect((await userinfo(app, tokens.access_token)).statusCode).toBe(200);
  });
});

test('every other mix of codes and tokens is refused', async ({ app, em, signUp }) => {
  const client = await registerClient(em);
  const { browser } = await signUp('hilbert');
  const { tokens, code } = await signInTo(app, browser, client);

  for (const wrong of [tokens.access_token, tokens.id_token, code.code ?? '']) {
    expect((await refresh(app, client, wrong)).json().error).toBe('invalid_grant');
  }
  for (const wrong of [tokens.access_token, tokens.refresh_token, tokens.id_token]) {
    const answer = await exchange(app, { ...client, params: { ...code, code: wrong } });
    expect(answer.json().error).toBe('invalid_grant');
  }
  expect(await introspect(app, client, code.code ?? '')).toEqual({ active: false });
  expect(await introspect(app, client, tokens.id_token)).not.toHaveProperty('active');
});

describe('the token endpoint', () => {
  test('hears nothing but a form in the body of a POST', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('ibn');
    const { code, verifier } = await authorize(browser, client);
    const params = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: client.redirectUri,
      client_id: client.clientId,
      client_secret: client.secret ?? '',
    };
    const url = `/oauth/token?${new URLSearchParams(params)}`;

    const answers = [
      await app.inject({ method: 'GET', url }),
      await app.inject({ method: 'POST', url, headers: FORM }),
      await app.inject({ method: 'POST', url: '/oauth/token', payload: params }),
    ];
    const honest = await app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: FORM,
      payload: new URLSearchParams(params).toString(),
    });

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 400, 400]);
    expect(answers.every(({ body }) => !body.includes('access_token'))).toBe(true);
    expect(honest.statusCode).toBe(200);
  });

  test('refuses a parameter that comes twice', async ({ app, em }) => {
    const client = await registerClient(em, MACHINE);
    const fields = `grant_type=client_credentials&client_id=${client.clientId}&client_secret=${client.secret}`;

    for (const twice of ['grant_type=client_credentials', `client_id=${client.clientId}`]) {
      const answer = await app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: FORM,
        payload: `${fields}&${twice}`,
      });
      expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
    }
  });

  test('takes no assertion: neither unsigned nor signed with a secret', async ({ app, em }) => {
    const client = await registerClient(em, MACHINE);
    const claims = { iss: client.clientId, sub: client.clientId, aud: ORIGIN, jti: randomUUID() };
    const assertions = [
      new UnsecuredJWT(claims).setExpirationTime('1m').encode(),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1m')
        .sign(Buffer.from('kept-as-hash'.padEnd(32, '-'))),
    ];

    for (const assertion of assertions) {
      const answer = await exchange(app, {
        clientId: client.clientId,
        params: {
          grant_type: 'client_credentials',
          client_assertion: assertion,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        },
      });
      expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client']);
    }
  });

  test('does not know the secret that stands in for hashes', async ({ app, em }) => {
    const client = await registerClient(em, MACHINE);

    const answer = await exchange(app, {
      ...client,
      secret: 'kept-as-hash',
      params: { grant_type: 'client_credentials' },
    });

    expect(answer.json().error).toBe('invalid_client');
  });
});

describe('a token that is bound to a key (DPoP)', () => {
  async function makeProver() {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const prove = (htu: string, jti = randomUUID()) =>
      new SignJWT({ htm: 'POST', htu: `${ORIGIN}${htu}`, jti })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .setIssuedAt()
        .sign(privateKey);
    return { prove, thumbprint: await calculateJwkThumbprint(jwk) };
  }

  test('says so, and is no bearer token', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('jacobi');
    const { code, verifier } = await authorize(browser, client);
    const { prove, thumbprint } = await makeProver();

    const answer = await app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { ...FORM, dpop: await prove('/oauth/token') },
      payload: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: client.redirectUri,
        client_id: client.clientId,
        client_secret: client.secret ?? '',
      }).toString(),
    });
    const token = answer.json().access_token;

    expect(answer.json().token_type).toBe('DPoP');
    expect(await introspect(app, client, token)).toMatchObject({ cnf: { jkt: thumbprint } });
    expect((await userinfo(app, token)).statusCode).toBe(401);
  });

  test('is given once for a proof that is sent ten times at once', async ({ app, em }) => {
    const client = await registerClient(em, MACHINE);
    const { prove } = await makeProver();
    const proof = await prove('/oauth/token');

    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        app.inject({
          method: 'POST',
          url: '/oauth/token',
          headers: { ...FORM, dpop: proof },
          payload: `grant_type=client_credentials&client_id=${client.clientId}&client_secret=${client.secret}`,
        }),
      ),
    );

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  });
});
