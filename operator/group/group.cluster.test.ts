import { randomUUID } from 'node:crypto';
import { describe, expect, vi } from 'vitest';
import { ADMIN, addToGroups, createUser, type Database, declareGroup, query } from '#core';
import { groupDeclaration, person } from '#core/testing';
import type { Cluster } from '../testing/cluster.ts';
import { group } from '../testing/manifests.ts';
import { operatorTest as test } from '../testing/operator.ts';

async function findGroup(database: Database, name: string) {
  const [row] = await query<{ owner: string; display_name: string }>(
    database.em.fork(),
    'select owner, display_name from groups where name = $1',
    [name],
  );
  return row;
}

async function makeUser(database: Database): Promise<string> {
  const username = `u${randomUUID().slice(0, 8)}`;
  await createUser(database.em.fork(), person(username), { id: randomUUID(), isAdmin: false });
  return username;
}

async function reasonOf(cluster: Cluster, name: string, type = 'Ready') {
  const { status } = await cluster.get('Group', name);
  return status?.conditions?.find((condition) => condition.type === type)?.reason;
}

/** Groups are one set for the whole instance, so each test takes names of its own. */
const unique = ({ namespace }: Cluster, name: string) => `${name}-${namespace}`;

describe('applying a Group', () => {
  test('registers it, and says who is a member and who is awaited', async ({
    cluster,
    database,
  }) => {
    const ada = await makeUser(database);
    const name = unique(cluster, 'engineering');
    await cluster.apply(
      group('eng', { groupName: name, displayName: 'Engineering', members: [ada, 'later'] }),
    );
    const object = await cluster.waitFor('Group', 'eng', 'Ready');

    expect(object.status).toMatchObject({
      groupName: name,
      memberCount: 1,
      unknownMembers: ['later'],
    });
    expect(await findGroup(database, name)).toEqual({
      owner: `kubernetes:Group/${cluster.namespace}/eng`,
      display_name: 'Engineering',
    });
  });

  test('counts a named person as a member as soon as they sign up', async ({
    cluster,
    database,
  }) => {
    const username = `late${randomUUID().slice(0, 8)}`;
    await cluster.apply(group(unique(cluster, 'club'), { members: [username] }));
    await cluster.waitFor('Group', unique(cluster, 'club'), 'MembersResolved=False');

    await createUser(database.em.fork(), person(username), { id: randomUUID(), isAdmin: false });
    const object = await cluster.waitFor('Group', unique(cluster, 'club'), 'MembersResolved');

    expect(object.status).toMatchObject({ memberCount: 1 });
    expect(object.status).not.toHaveProperty('unknownMembers');
  });

  test('over a name that another namespace holds is a conflict, cured when that one goes', async ({
    cluster,
    database,
  }) => {
    const name = unique(cluster, 'taken');
    await cluster.apply(group('one', { groupName: name }));
    await cluster.waitFor('Group', 'one', 'Ready');
    await cluster.apply(group('two', { groupName: name }));
    await cluster.waitFor('Group', 'two', 'Ready=False');
    const reason = await reasonOf(cluster, 'two');

    await cluster.delete('Group', 'one');
    await cluster.waitFor('Group', 'two', 'Ready');

    expect(reason).toBe('Conflict');
    expect((await findGroup(database, name))?.owner).toContain('/two');
  });

  test('adopts one of the web pages only when asked, and keeps its members with Additive', async ({
    cluster,
    database,
  }) => {
    const [name, ada] = [unique(cluster, 'adopted'), await makeUser(database)];
    const em = database.em.fork();
    await declareGroup(
      em,
      groupDeclaration(name, { declaredMembers: null, membersAreExact: false }),
      ADMIN,
    );
    const [{ id } = { id: '' }] = await query<{ id: string }>(
      em,
      'select id from users where username = $1',
      [ada],
    );
    await addToGroups(em, id, [name]);
    const spec = { groupName: name, membershipPolicy: 'Additive' };

    await cluster.apply(group('adopted', spec));
    await cluster.waitFor('Group', 'adopted', 'Ready=False');
    const refused = await reasonOf(cluster, 'adopted');
    await cluster.apply(group('adopted', { ...spec, adoption: 'Overwrite' }));
    const object = await cluster.waitFor('Group', 'adopted', 'Ready');

    expect(refused).toBe('Conflict');
    expect(object.status).toMatchObject({ memberCount: 1 });
  });
});

describe('deleting a Group', () => {
  test('takes it along', async ({ cluster, database }) => {
    const name = unique(cluster, 'gone');
    await cluster.apply(group(name, { members: [] }));
    await cluster.waitFor('Group', name, 'Ready');

    await cluster.delete('Group', name);
    await cluster.waitUntilGone('Group', name);

    expect(await findGroup(database, name)).toBeUndefined();
  });

  test('with Orphan leaves it to the web pages with the members it had', async ({
    cluster,
    database,
  }) => {
    const [name, ada] = [unique(cluster, 'kept'), await makeUser(database)];
    await cluster.apply(group(name, { members: [ada], deletionPolicy: 'Orphan' }));
    await cluster.waitFor('Group', name, 'Ready');

    await cluster.delete('Group', name);
    await cluster.waitUntilGone('Group', name);

    const members = await query(
      database.em.fork(),
      `select u.username from memberships m join users u on u.id = m.user_id join groups g on g.id = m.group_id where g.name = $1`,
      [name],
    );
    expect((await findGroup(database, name))?.owner).toBe(ADMIN);
    expect(members).toEqual([{ username: ada }]);
  });
});

test('a group that somebody removed from the database is declared again', async ({
  cluster,
  database,
}) => {
  const name = unique(cluster, 'drifted');
  await cluster.apply(group(name, {}));
  await cluster.waitFor('Group', name, 'Ready');

  await database.em.fork().transactional(async (em) => {
    await query(em, `select set_config('permiso.actor', $1, true)`, [
      `kubernetes:Group/${cluster.namespace}/${name}`,
    ]);
    await query(em, 'delete from groups where name = $1', [name]);
  });

  await vi.waitFor(async () => expect(await findGroup(database, name)).toBeDefined());
});
