import { describe, expect } from 'vitest';
import { query } from '#core';
import {
  call,
  introspect,
  refresh,
  registerClient,
  signInTo,
  userinfo,
} from '../../testing/relying-party.ts';
import { ORIGIN, test } from '../../testing/test.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('introspection', () => {
  test('tells a client about its own tokens, and strangers that there is nothing', async ({
    app,
    em,
    signUp,
  }) => {
    const [client, stranger] = [await registerClient(em), await registerClient(em)];
    const { browser, user } = await signUp('ada');
    const { tokens } = await signInTo(app, browser, client);

    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect(await introspect(app, client, token)).toMatchObject({
        active: true,
        sub: user.id,
        client_id: client.clientId,
        iss: ORIGIN,
      });
      expect(await introspect(app, stranger, token)).toEqual({ active: false });
    }
    expect(await introspect(app, client, 'never-issued')).toEqual({ active: false });
  });

  test('needs the client to prove itself', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('boole');
    const { tokens } = await signInTo(app, browser, client);
    const params = { token: tokens.access_token };

    const answer = await call(app, '/oauth/introspect', { ...client, secret: 'wrong', params });
    const nobody = await app.inject({
      method: 'POST',
      url: '/oauth/introspect',
      headers: FORM,
      payload: new URLSearchParams({ ...params, client_id: client.clientId }).toString(),
    });

    expect([answer.statusCode, nobody.statusCode]).toEqual([401, 401]);
  });

  test('asks anew whether the person may use the application', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser, user } = await signUp('cantor');
    const { tokens } = await signInTo(app, browser, client);

    await query(em, 'update users set disabled_at = now() where id = $1', [user.id]);
    const disabled = await introspect(app, client, tokens.access_token);
    await query(em, 'update users set disabled_at = null where id = $1', [user.id]);
    await query(em, 'delete from consents where user_id = $1', [user.id]);
    const disagreed = await introspect(app, client, tokens.access_token);

    expect([disabled, disagreed]).toEqual([{ active: false }, { active: false }]);
    expect((await userinfo(app, tokens.access_token)).statusCode).toBe(401);
  });

  test('calls a used refresh token inactive', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('darwin');
    const { tokens } = await signInTo(app, browser, client);
    await refresh(app, client, tokens.refresh_token);

    expect(await introspect(app, client, tokens.refresh_token)).toEqual({ active: false });
  });
});

describe('revocation', () => {
  test('of a refresh token ends its family, and is the same for an unknown one', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('euler');
    const { tokens } = await signInTo(app, browser, client);

    const known = await call(app, '/oauth/revoke', {
      ...client,
      params: { token: tokens.refresh_token },
    });
    const unknown = await call(app, '/oauth/revoke', { ...client, params: { token: 'nothing' } });

    expect([known.statusCode, known.body]).toEqual([unknown.statusCode, unknown.body]);
    expect(known.statusCode).toBe(200);
    expect((await refresh(app, client, tokens.refresh_token)).json().error).toBe('invalid_grant');
    expect((await userinfo(app, tokens.access_token)).statusCode).toBe(401);
  });

  test('by a stranger changes nothing and tells nothing', async ({ app, em, signUp }) => {
    const [client, stranger] = [await registerClient(em), await registerClient(em)];
    const { browser } = await signUp('fermat');
    const { tokens } = await signInTo(app, browser, client);

    const answer = await call(app, '/oauth/revoke', {
      ...stranger,
      params: { token: tokens.access_token },
    });

    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    expect((await userinfo(app, tokens.access_token)).statusCode).toBe(200);
  });
});
