import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { describe, expect } from 'vitest';
import { declareClient } from '../client/client.registry.ts';
import { Refusal } from '../errors.ts';
import { addToGroups, declareGroup, getMembership, retireGroup } from '../group/group.registry.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { clientDeclaration, groupDeclaration, person, test } from '../testing/test.ts';
import { createUser } from '../user/user.registry.ts';
import { decideAccess, listApplications } from './access.ts';

async function makeUser(em: EntityManager, username: string): Promise<string> {
  const user = await createUser(em, person(username), { id: randomUUID(), isAdmin: false });
  return user.id;
}

async function makeClient(em: EntityManager, id: string, groups: string[]): Promise<void> {
  const access = { accessMode: 'groups', accessGroups: groups } as const;
  await declareClient(em, clientDeclaration(id, access), ADMIN);
}

describe('a client that is open to groups', () => {
  test('opens to a member, and tells which groups they are in', async ({ em }) => {
    const ada = await makeUser(em, 'ada');
    await makeClient(em, 'lab', ['engineering']);
    await declareGroup(em, groupDeclaration('engineering', { declaredMembers: ['ada'] }), ADMIN);

    expect(await decideAccess(em, ada, 'lab')).toMatchObject({
      username: 'ada',
      groups: ['engineering'],
    });
  });

  test('stays closed while the group does not exist, and again after it vanished', async ({
    em,
  }) => {
    const bob = await makeUser(em, 'bob');
    await makeClient(em, 'vault', ['keepers']);
    const before = await decideAccess(em, bob, 'vault');

    await declareGroup(em, groupDeclaration('keepers', { declaredMembers: ['bob'] }), ADMIN);
    const during = await decideAccess(em, bob, 'vault');
    await retireGroup(em, 'keepers', ADMIN);
    const after = await decideAccess(em, bob, 'vault');

    expect(before).toBeInstanceOf(Refusal);
    expect(during).not.toBeInstanceOf(Refusal);
    expect(after).toMatchObject({ code: 'not_in_groups' });
  });

  test('opens at once to a declared member who signs up later', async ({ em }) => {
    await makeClient(em, 'forum', ['early']);
    const { group } = await declareGroup(
      em,
      groupDeclaration('early', { declaredMembers: ['carl'] }),
      ADMIN,
    );
    const before = await getMembership(em, group);

    const carl = await makeUser(em, 'carl');

    expect(before).toEqual({ memberCount: 0, unknownMembers: ['carl'] });
    expect(await decideAccess(em, carl, 'forum')).toMatchObject({ groups: ['early'] });
    expect(await getMembership(em, group)).toEqual({ memberCount: 1, unknownMembers: [] });
  });

  test('does not open to a hand-made member of a group whose members are declared exactly', async ({
    em,
  }) => {
    const dan = await makeUser(em, 'dan');
    await makeClient(em, 'strict', ['exact']);
    await declareGroup(em, groupDeclaration('exact', { declaredMembers: [] }), ADMIN);

    await addToGroups(em, dan, ['exact']);
    const exact = await decideAccess(em, dan, 'strict');
    await declareGroup(
      em.fork(),
      groupDeclaration('exact', { declaredMembers: [], membersAreExact: false }),
      ADMIN,
    );
    const additive = await decideAccess(em, dan, 'strict');

    expect(exact).toMatchObject({ code: 'not_in_groups' });
    expect(additive).toMatchObject({ groups: ['exact'] });
  });
});

test('a disabled person is refused everywhere at once', async ({ em }) => {
  const eve = await makeUser(em, 'eve');
  await declareClient(em, clientDeclaration('open'), ADMIN);
  const before = await decideAccess(em, eve, 'open');

  await query(em, 'update users set disabled_at = now() where id = $1', [eve]);

  expect(before).toMatchObject({ username: 'eve' });
  expect(await decideAccess(em, eve, 'open')).toMatchObject({ code: 'user_disabled' });
});

test('the dashboard lists what the person may open, and nothing else', async ({ em }) => {
  const fay = await makeUser(em, 'fay');
  await declareClient(em, clientDeclaration('b-open', { name: 'B open' }), ADMIN);
  await declareClient(em, clientDeclaration('closed', { accessMode: 'nobody' }), ADMIN);
  await makeClient(em, 'a-mine', ['mine']);
  await makeClient(em, 'theirs', ['theirs']);
  await declareGroup(em, groupDeclaration('mine', { declaredMembers: ['fay'] }), ADMIN);

  const applications = await listApplications(em, fay);

  expect(applications.map(({ id }) => id)).toEqual(expect.arrayContaining(['a-mine', 'b-open']));
  expect(applications.map(({ id }) => id)).not.toContain('closed');
  expect(applications.map(({ id }) => id)).not.toContain('theirs');
});
