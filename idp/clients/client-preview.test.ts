import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { ADMIN, declareCustomClaims, declareGroup, query } from '#core';
import { groupDeclaration } from '#core/testing';
import { signIn } from '../testing/people.ts';
import { registerClient, signInTo, userinfo } from '../testing/relying-party.ts';
import { test } from '../testing/test.ts';

describe('the preview of tokens', () => {
  test('says what the real ones say, and leaves no trace', async ({ admin, app, em, signUp }) => {
    const { user, browser, authenticator } = await signUp('ada');
    await signIn(browser, authenticator);
    const by = { actor: 'admin' };
    await declareCustomClaims(em, user.id, [{ key: 'desk', value: '{"floor":3}' }], by);
    const customClaims = [{ key: 'team', value: 'engines' }];
    const declaredMembers = ['ada'];
    await declareGroup(em, groupDeclaration('staff', { declaredMembers, customClaims }), ADMIN);
    const client = await registerClient(em, { skipConsent: true, idTokenLifetime: 600 });
    const { tokens } = await signInTo(app, browser, client);
    const traces = async () =>
      query(em, `select count(*), (select count(*) from audit_events) as events from oidc_records`);
    const before = await traces();

    const path = `/api/clients/${client.clientId}/preview/${user.id}`;
    const preview = (await admin.get(path)).json();

    expect(await traces()).toEqual(before);
    expect(preview.access).toMatchObject({ mayOpen: true, reason: 'open_to_everyone' });
    expect(preview.userinfo).toEqual((await userinfo(app, tokens.access_token)).json());
    // `auth_time` and the times of the token are of another moment; `at_hash`, `nonce` and `sid` are of one token.
    const { at_hash, sid, nonce, ...real } = decodeJwt(tokens.id_token);
    const isOfMoment = (name: string) => ['iat', 'exp', 'auth_time'].includes(name);
    const lasting = (claims: object) =>
      Object.fromEntries(Object.entries(claims).filter(([name]) => !isOfMoment(name)));
    expect(lasting(preview.idToken)).toEqual(lasting(real));
    expect(Object.keys(preview.idToken).toSorted()).toEqual(Object.keys(real).toSorted());
    expect(preview.idToken.exp - preview.idToken.iat).toBe(600);
    expect(preview.idToken).toMatchObject({ desk: { floor: 3 }, team: 'engines' });
  });

  test('of somebody who is not let in says why, and nothing of them', async ({
    admin,
    em,
    signUp,
  }) => {
    const { user } = await signUp('alan');
    const { clientId } = await registerClient(em, {
      accessMode: 'groups',
      accessGroups: ['pilots'],
    });

    const preview = (await admin.get(`/api/clients/${clientId}/preview/${user.id}`)).json();

    expect(preview).toMatchObject({
      access: { mayOpen: false, reason: 'not_in_groups' },
      idToken: null,
      userinfo: null,
    });
  });

  test('is for administrators only, of people and clients that exist', async ({
    admin,
    browser,
    em,
    signUp,
  }) => {
    const { user, browser: member } = await signUp('member');
    const { clientId } = await registerClient(em);
    const nobody = '00000000-0000-4000-8000-000000000000';
    const path = `/api/clients/${clientId}/preview/${user.id}`;

    expect((await browser.get(path)).statusCode).toBe(401);
    expect((await member.get(path)).statusCode).toBe(403);
    expect((await admin.get(`/api/clients/none/preview/${user.id}`)).statusCode).toBe(404);
    expect((await admin.get(`/api/clients/${clientId}/preview/${nobody}`)).statusCode).toBe(404);
  });
});
