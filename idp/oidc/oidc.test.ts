import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { ADMIN, declareClient, declareGroup, kubernetesOwner, retireClient } from '#core';
import { clientDeclaration, groupDeclaration } from '#core/testing';
import { authorize, authorizeUrl, exchange, registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

describe('discovery', () => {
  test('names every endpoint by APP_URL', async ({ app }) => {
    const response = await app.inject('/.well-known/openid-configuration');

    expect(response.json()).toMatchObject({
      issuer: ORIGIN,
      authorization_endpoint: `${ORIGIN}/oauth/authorize`,
      token_endpoint: `${ORIGIN}/oauth/token`,
      userinfo_endpoint: `${ORIGIN}/oauth/userinfo`,
      jwks_uri: `${ORIGIN}/.well-known/jwks.json`,
      end_session_endpoint: `${ORIGIN}/oauth/logout`,
      introspection_endpoint: `${ORIGIN}/oauth/introspect`,
      revocation_endpoint: `${ORIGIN}/oauth/revoke`,
      pushed_authorization_request_endpoint: `${ORIGIN}/oauth/par`,
      response_modes_supported: ['form_post', 'fragment', 'query'],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
        'none',
      ],
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    });
  });

  test('does not change for a forged Host', async ({ app }) => {
    const url = '/.well-known/openid-configuration';
    const honest = await app.inject(url);
    const forged = await app.inject({
      url,
      headers: {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
        forwarded: 'host=evil.example',
      },
    });

    expect(forged.body).toBe(honest.body);
  });

  test('publishes public keys only', async ({ app }) => {
    const { keys } = (await app.inject('/.well-known/jwks.json')).json();

    expect(keys.map((key: { alg: string }) => key.alg).toSorted()).toEqual([
      'ES256',
      'EdDSA',
      'RS256',
    ]);
    expect(JSON.stringify(keys)).not.toMatch(/"[dpq]"/);
  });
});

describe('a person who signed in with a passkey', () => {
  test('gets into an application, which learns name, email and groups', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser, user } = await signUp('ada');
    await declareGroup(em, groupDeclaration('engineering', { declaredMembers: ['ada'] }), ADMIN);

    const { code, verifier } = await authorize(browser, client);
    const tokens = await exchange(app, {
      ...client,
      params: {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: client.redirectUri,
      },
    });
    const userinfo = await app.inject({
      url: '/oauth/userinfo',
      headers: { authorization: `Bearer ${tokens.json().access_token}` },
    });

    const claims = {
      sub: user.id,
      name: 'Person ada',
      preferred_username: 'ada',
      email: 'ada@example.com',
      email_verified: false,
      groups: ['engineering'],
    };
    expect(decodeJwt(tokens.json().id_token)).toMatchObject({
      iss: ORIGIN,
      aud: client.clientId,
      ...claims,
    });
    expect(userinfo.json()).toEqual(claims);
  });

  test('is asked for consent once', async ({ em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('bertrand');
    await authorize(browser, client);

    const again = await browser.follow(authorizeUrl(client).url);

    expect(again.url).toContain('code=');
  });

  test('is not let in by a group they are not in, and the application gets access_denied', async ({
    em,
    signUp,
  }) => {
    const client = await registerClient(em, { accessMode: 'groups', accessGroups: ['board'] });
    const { browser } = await signUp('carol');

    const { url } = await authorize(browser, client);
    const page = await browser.get(`${new URL(url).pathname}/details`);
    const answer = await browser.post(`${new URL(url).pathname}/abort`);
    const end = await browser.follow(answer.json().redirectTo);

    expect(page.json()).toMatchObject({
      prompt: 'access',
      refusal: { code: 'not_in_groups', title: expect.stringContaining('certain groups only') },
    });
    expect(end.url).toContain(client.redirectUri);
    expect(end.url).toContain('error=access_denied');
  });

  test('is refused without a page when the application asked for none', async ({ em, signUp }) => {
    const client = await registerClient(em, { accessMode: 'nobody' });
    const { browser } = await signUp('dora');

    const end = await browser.follow(authorizeUrl({ ...client, params: { prompt: 'none' } }).url);

    expect(end.url).toContain('error=access_denied');
  });

  test('gets nothing from a code when the client is retired before its exchange', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('erik');
    const { code, verifier } = await authorize(browser, client);

    await retireClient(em, client.clientId, ADMIN);
    const tokens = await exchange(app, {
      ...client,
      params: {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: client.redirectUri,
      },
    });

    expect(tokens.statusCode).toBe(401);
    expect(tokens.json().error).toBe('invalid_client');
  });
});

describe('a code', () => {
  test('exchanged twenty times at once gives tokens once', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('frege');
    const { code, verifier } = await authorize(browser, client);
    const params = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: client.redirectUri,
    };

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => exchange(app, { ...client, params })),
    );

    const refused = answers.filter((answer) => answer.statusCode === 400);
    expect(answers.filter((answer) => answer.statusCode === 200)).toHaveLength(1);
    expect(refused).toHaveLength(19);
    expect(refused.every((answer) => answer.json().error === 'invalid_grant')).toBe(true);
  });

  test('needs the verifier, the callback and the secret of the client it was made for; a mistake spends nothing', async ({
    app,
    em,
    signUp,
  }) => {
    const [client, other] = [await registerClient(em), await registerClient(em)];
    const { browser } = await signUp('godel');
    const { code, verifier } = await authorize(browser, client);
    const params = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: client.redirectUri,
    };

    const wrongSecret = await exchange(app, { ...client, secret: 'wrong', params });
    const wrongClient = await exchange(app, { ...other, params });
    const { code_verifier: _verifier, ...noVerifier } = params;
    const { redirect_uri: _redirect, ...noRedirect } = params;
    const wrong = [
      await exchange(app, { ...client, params: { ...params, code_verifier: 'x'.repeat(43) } }),
      await exchange(app, { ...client, params: noVerifier }),
      await exchange(app, { ...client, params: { ...params, redirect_uri: other.redirectUri } }),
    ];
    const incomplete = await exchange(app, { ...client, params: noRedirect });
    const honest = await exchange(app, { ...client, params });

    expect(wrongSecret.json().error).toBe('invalid_client');
    expect(wrongClient.json().error).toBe('invalid_grant');
    expect(wrong.map((answer) => answer.json().error)).toEqual(Array(3).fill('invalid_grant'));
    expect(incomplete.json().error).toBe('invalid_request');
    expect(honest.statusCode).toBe(200);
  });
});

describe('an authorization request', () => {
  test('without PKCE is refused', async ({ browser, em }) => {
    const client = await registerClient(em);
    const url = new URL(authorizeUrl(client).url, ORIGIN);
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');

    const end = await browser.follow(url.href);

    expect(end.url).toContain('error=invalid_request');
  });
});

test('a client that YAML declares is used at the next request, and unknown at the one after its removal', async ({
  em,
  browser,
}) => {
  const owner = kubernetesOwner('OIDCClient', 'apps', 'wiki');
  const declaration = clientDeclaration('wiki');
  const { url } = authorizeUrl({
    clientId: 'wiki',
    redirectUri: declaration.callbackUrls[0] ?? '',
  });

  const before = await browser.get(url);
  await declareClient(em, declaration, owner);
  const during = await browser.get(url);
  await retireClient(em, 'wiki', owner);
  const after = await browser.get(url);

  expect([before.statusCode, during.statusCode, after.statusCode]).toEqual([400, 303, 400]);
});
