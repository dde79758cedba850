import type { FastifyInstance } from 'fastify';
import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { ADMIN, declareCustomClaims, declareGroup } from '#core';
import { groupDeclaration } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import {
  type RelyingParty,
  refresh,
  registerClient,
  signInTo,
  userinfo,
} from '../testing/relying-party.ts';
import { test } from '../testing/test.ts';

const BY = { actor: 'user:administrator' };

const toClaims = (entries: Record<string, string>) =>
  Object.entries(entries).map(([key, value]) => ({ key, value }));

const group = (name: string, member: string, entries: Record<string, string>) =>
  groupDeclaration(name, { declaredMembers: [member], customClaims: toClaims(entries) });

/** What ID token and userinfo say, for a test to find that they say the same. */
async function learn(app: FastifyInstance, browser: Browser, client: RelyingParty) {
  const { tokens } = await signInTo(app, browser, client);
  const answer = await userinfo(app, tokens.access_token);
  return { tokens, idToken: decodeJwt(tokens.id_token), userinfo: answer.json() };
}

describe('an application learns', () => {
  test('the claims of a person’s groups, as entered; of two the alphabetical first', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('ada');
    await declareGroup(em, group('b', 'ada', { Team: 'B', level: '7' }), ADMIN);
    await declareGroup(em, group('a', 'ada', { Team: 'A', rooms: '["x"]' }), ADMIN);

    const learnt = await learn(app, browser, client);

    const custom = { Team: 'A', level: 7, rooms: ['x'] };
    expect(learnt.idToken).toMatchObject(custom);
    expect(learnt.userinfo).toMatchObject(custom);
  });

  test('the person’s own claims, which win over those of every group', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser, user } = await signUp('boole');
    await declareGroup(em, group('aa', 'boole', { Team: 'A', floor: '3' }), ADMIN);
    const own = toClaims({ Team: 'own', desk: '{"room":"x","number":4}', motto: '"quoted"' });
    await declareCustomClaims(em, user.id, own, BY);

    const learnt = await learn(app, browser, client);

    const custom = { Team: 'own', floor: 3, desk: { room: 'x', number: 4 }, motto: '"quoted"' };
    expect(learnt.idToken).toMatchObject(custom);
    expect(learnt.userinfo).toMatchObject(custom);
  });

  test('a change of them at the next token, without a new sign-in', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser, user } = await signUp('cantor');
    await declareCustomClaims(em, user.id, toClaims({ cost_centre: '1' }), BY);
    const before = await learn(app, browser, client);

    await declareCustomClaims(em, user.id, toClaims({ cost_centre: '2' }), BY);
    const info = await userinfo(app, before.tokens.access_token);
    const fresh = (await refresh(app, client, before.tokens.refresh_token)).json();
    await declareCustomClaims(em, user.id, [], BY);
    const none = await userinfo(app, fresh.access_token);

    expect(before.idToken.cost_centre).toBe(1);
    expect(info.json().cost_centre).toBe(2);
    expect(decodeJwt(fresh.id_token).cost_centre).toBe(2);
    expect(none.json()).not.toHaveProperty('cost_centre');
  });
});
