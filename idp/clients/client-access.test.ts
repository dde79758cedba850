import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import {
  ADMIN,
  type ClientDeclaration,
  declareClient,
  declareGroup,
  type EntityManager,
  query,
} from '#core';
import { clientDeclaration, groupDeclaration } from '#core/testing';
import { registerClient, signInTo } from '../testing/relying-party.ts';
import { test } from '../testing/test.ts';

async function declare(
  em: EntityManager,
  id: string,
  access: Partial<ClientDeclaration>,
): Promise<void> {
  await declareClient(em, clientDeclaration(id, access), ADMIN);
}

describe('why can this user (not) open this client?', () => {
  test('is answered by the decision that the person meets', async ({
    admin,
    app,
    browser,
    em,
    signUp,
  }) => {
    const ada = await signUp('ada');
    await declareGroup(em, groupDeclaration('pilots', { declaredMembers: ['ada'] }), ADMIN);
    const relyingParty = await registerClient(em, { skipConsent: true });
    await query(
      em,
      `update clients set access_mode = 'groups', access_groups = '{pilots,ghosts}' where id = $1`,
      [relyingParty.clientId],
    );
    const ask = async () =>
      (await admin.get(`/api/clients/${relyingParty.clientId}/access/${ada.user.id}`)).json();

    const inside = await ask();
    const { tokens } = await signInTo(app, ada.browser, relyingParty);
    await query(em, `update groups set declared_members = '{}' where name = 'pilots'`);
    const outside = await ask();
    await query(em, 'update users set disabled_at = now() where id = $1', [ada.user.id]);
    const disabled = await ask();

    expect(tokens.id_token).toBeDefined();
    expect(inside).toMatchObject({
      mayOpen: true,
      reason: 'in_groups',
      sentence: null,
      through: ['pilots'],
      missingGroups: ['ghosts'],
    });
    expect(outside).toMatchObject({
      mayOpen: false,
      reason: 'not_in_groups',
      accessGroups: ['pilots', 'ghosts'],
      through: [],
    });
    expect(outside.sentence).toContain('"ada" is in none of them');
    expect(disabled).toMatchObject({ mayOpen: false, reason: 'user_disabled' });
    expect((await browser.get(`/api/users/${ada.user.id}/applications`)).statusCode).toBe(401);
    expect((await ada.browser.get(`/api/clients/x/access/${ada.user.id}`)).statusCode).toBe(401);
  });

  test('of somebody or something that does not exist is "not found"', async ({ admin, signUp }) => {
    const { user, browser } = await signUp('bea');
    const nobody = '00000000-0000-4000-8000-000000000000';

    expect((await admin.get(`/api/clients/none/access/${user.id}`)).statusCode).toBe(404);
    expect((await admin.get(`/api/users/${nobody}/applications`)).statusCode).toBe(404);
    expect((await browser.get(`/api/clients/none/access/${user.id}`)).statusCode).toBe(403);
  });
});

describe('the applications of a user', () => {
  test('are listed page by page, by name, those at which people sign in', async ({
    admin,
    em,
    signUp,
  }) => {
    const { user } = await signUp('carl');
    await query(em, 'delete from clients');
    const names = Array.from({ length: 60 }, (_, n) => `App ${String(n).padStart(2, '0')}`);
    for (const [n, name] of names.entries()) {
      await declare(em, `c${60 - n}`, { name, accessMode: n % 2 ? 'nobody' : 'everyone' });
    }
    await declare(em, 'robot', { grantTypes: ['client_credentials'] });
    const url = `/api/users/${user.id}/applications`;

    const first = (await admin.get(url)).json();
    const second = (await admin.get(`${url}?after=${first.next}`)).json();
    const open = (await admin.get(`${url}?mayOpen=true`)).json();
    const found = (await admin.get(`${url}?search=app%2007`)).json();

    const listed = [...first.applications, ...second.applications];
    expect(listed.map(({ client }: { client: { name: string } }) => client.name)).toEqual(names);
    expect(second.next).toBeNull();
    expect(open.applications).toHaveLength(30);
    expect(found.applications).toMatchObject([
      { client: { name: 'App 07' }, mayOpen: false, reason: 'client_closed' },
    ]);
  });

  test.for(['after=x', 'after=WzFd', 'after=WyJcdTAwMDAiLCJ4Il0', 'mayOpen=maybe', 'limit=-1'])(
    'refuse %s, which no page handed out',
    async (asked, { admin, signUp }) => {
      const { user } = await signUp(`d${randomUUID().slice(0, 8)}`);

      const answer = await admin.get(`/api/users/${user.id}/applications?${asked}`);

      expect([400, 422]).toContain(answer.statusCode);
    },
  );

  test('are searched by anything, even what no name holds', async ({ admin, signUp }) => {
    const { user } = await signUp('eve');

    const answer = await admin.get(`/api/users/${user.id}/applications?search=%00%25_%5C`);

    expect(answer.json()).toEqual({ applications: [], next: null });
  });
});
