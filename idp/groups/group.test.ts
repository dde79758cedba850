import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import {
  ADMIN,
  declareClient,
  declareGroup,
  type EntityManager,
  type GroupDeclaration,
  kubernetesOwner,
  query,
} from '#core';
import { clientDeclaration, groupDeclaration } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import { test } from '../testing/test.ts';

const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

async function send(
  browser: Browser,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  { payload = {}, seen }: { payload?: object; seen?: string } = {},
) {
  const headers = { 'sec-fetch-site': 'same-origin', ...(seen && { 'if-match': seen }) };
  return browser.send({ method, url, payload, headers });
}

async function make(admin: Browser, input: object = {}) {
  const answer = await send(admin, 'POST', '/api/groups', {
    payload: { name: unique('group'), ...input },
  });
  return { ...answer.json(), url: `/api/groups/${answer.json().id}` };
}

/** A group that a resource declares. */
async function declare(em: EntityManager, overrides: Partial<GroupDeclaration>) {
  const name = unique('declared');
  const owner = kubernetesOwner('Group', 'apps', name);
  const { group } = await declareGroup(em.fork(), groupDeclaration(name, overrides), owner);
  return { id: group.id, name, owner, url: `/api/groups/${group.id}` };
}

const eventsOf = async (em: EntityManager, name: string) =>
  query<{ event: string; actor: string; user_name: string | null }>(
    em,
    'select event, actor, user_name from audit_events where target = $1 order by id',
    [`group:${name}`],
  );

describe('groups', () => {
  test('are read and changed by administrators only', async ({ admin, browser, signUp }) => {
    const { browser: member, user } = await signUp(unique('member'));
    const { url } = await make(admin);
    const ask = async (who: Browser) =>
      Promise.all([
        (await who.get('/api/groups')).statusCode,
        (await who.get(url)).statusCode,
        (await who.get(`${url}/members`)).statusCode,
        (await send(who, 'POST', '/api/groups', { payload: { name: 'mine' } })).statusCode,
        (await send(who, 'PATCH', url, { payload: { displayName: 'Mine' } })).statusCode,
        (await send(who, 'PUT', `${url}/members/${user.id}`)).statusCode,
        (await send(who, 'DELETE', `${url}/members/${user.id}`)).statusCode,
        (await send(who, 'DELETE', url)).statusCode,
      ]);

    expect(new Set(await ask(browser))).toEqual(new Set([401]));
    expect(new Set(await ask(member))).toEqual(new Set([403]));
  });

  test('are made, changed and deleted in the name of the administrator', async ({ admin, em }) => {
    const name = unique('readers');
    const { id } = (await admin.get('/api/session')).json().user;
    const answer = await send(admin, 'POST', '/api/groups', {
      payload: { name: ` ${name} `, customClaims: [{ key: 'floor', value: '3' }] },
    });
    const url = `/api/groups/${answer.json().id}`;
    const changed = await send(admin, 'PATCH', url, { payload: { displayName: 'Readers' } });
    const gone = await send(admin, 'DELETE', url);

    expect(answer.statusCode).toBe(201);
    expect(changed.json()).toMatchObject({
      name,
      displayName: 'Readers',
      owner: 'admin',
      memberCount: 0,
      membersEditable: true,
      customClaims: [{ key: 'floor', value: '3' }],
    });
    expect(gone.json()).toEqual({ clients: [] });
    expect((await admin.get(url)).statusCode).toBe(404);
    expect(await eventsOf(em, name)).toMatchObject(
      ['group_declared', 'group_declared', 'group_retired'].map((event) => ({
        event,
        actor: `user:${id}`,
      })),
    );
  });

  test.for(['', ' ', '-a', 'a,b', 'a\nb', 'x'.repeat(256), 'a\u0000', '\ud800'])(
    'are not called %j',
    async (name, { admin }) => {
      const answer = await send(admin, 'POST', '/api/groups', { payload: { name } });

      expect([400, 422]).toContain(answer.statusCode);
    },
  );

  test('of one name are made once, by however many at the same time', async ({ admin }) => {
    const name = unique('race');
    const makeIt = () => send(admin, 'POST', '/api/groups', { payload: { name } });

    const answers = await Promise.all(Array.from({ length: 6 }, makeIt));

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([
      201, 409, 409, 409, 409, 409,
    ]);
    expect((await makeIt()).json()).toMatchObject({ code: 'already_taken', field: 'name' });
  });

  test.for([
    [{ key: 'sub', value: 'x' }, 'fact about the token'],
    [{ key: 'email', value: 'x' }, 'filled from the person'],
    [{ key: 'with blank', value: 'x' }, 'no name of a claim'],
    [{ key: 'zero', value: 'a\u0000' }, 'characters that are none'],
    [{ key: 'half', value: '\ud83d' }, 'characters that are none'],
  ] as const)('refuse the claim %j, saying why', async ([claim, why], { admin }) => {
    const { url } = await make(admin);

    const answer = await send(admin, 'PATCH', url, { payload: { customClaims: [claim] } });

    expect(answer.json()).toMatchObject({ status: 422, field: 'customClaims' });
    expect(answer.json().title).toContain(why);
  });

  test('that somebody changed meanwhile are neither overwritten nor deleted', async ({ admin }) => {
    const { url } = await make(admin);
    const seen = String((await admin.get(url)).headers.etag);
    const first = await send(admin, 'PATCH', url, { payload: { displayName: 'First' }, seen });

    const second = await send(admin, 'PATCH', url, { payload: { displayName: 'Second' }, seen });
    const removal = await send(admin, 'DELETE', url, { seen });
    const again = await send(admin, 'DELETE', url, { seen: String(first.headers.etag) });

    expect([second.json().code, removal.json().code]).toEqual([
      'changed_meanwhile',
      'changed_meanwhile',
    ]);
    expect(again.statusCode).toBe(200);
  });

  test('say which clients they open, and which nobody could open without them', async ({
    admin,
    em,
  }) => {
    const [one, other] = [await make(admin), await make(admin)];
    const clients = [unique('a-both'), unique('b-mine'), unique('c-nobodys')] as const;
    const open = async (id: string, accessGroups: string[]) =>
      declareClient(em, clientDeclaration(id, { accessMode: 'groups', accessGroups }), ADMIN);
    await open(clients[0], [one.name, other.name]);
    await open(clients[1], [one.name, 'no-such-group']);
    await open(clients[2], ['no-such-group']);

    const opened = [
      { id: clients[0], name: clients[0], isOnlyOpener: false },
      { id: clients[1], name: clients[1], isOnlyOpener: true },
    ];
    expect((await admin.get(one.url)).json().clients).toEqual(opened);
    expect((await send(admin, 'DELETE', one.url)).json()).toEqual({ clients: opened });
  });
});

describe('the list of groups', () => {
  test('is searched, sorted and read page by page, with the number of members', async ({
    admin,
    em,
    signUp,
  }) => {
    const { user } = await signUp(unique('counted'));
    const mark = unique('listed');
    const names = Array.from({ length: 52 }, (_, n) => `${mark}/${String(n).padStart(2, '0')}`);
    for (const [n, name] of names.entries()) {
      const displayName = `Z${String(99 - n)}`;
      const declaredMembers = n === 7 ? [user.username, 'nobody-yet'] : [];
      await declareGroup(em, groupDeclaration(name, { displayName, declaredMembers }), ADMIN);
    }
    const read = async (asked: string) =>
      (await admin.get(`/api/groups?search=${mark}&${asked}`)).json();
    const namesOf = ({ groups }: { groups: { name: string }[] }) => groups.map(({ name }) => name);

    const first = await read('sort=name');
    const rest = await read(`sort=name&after=${first.next}`);
    const byMembers = await read('sort=-members');

    expect([...namesOf(first), ...namesOf(rest)]).toEqual(names);
    expect(rest.next).toBeNull();
    expect(namesOf(await read('sort=-name'))[0]).toBe(names.at(-1));
    expect(namesOf(await read(''))[0]).toBe(names.at(-1));
    expect(byMembers.groups[0]).toMatchObject({ name: names[7], memberCount: 1 });
  });

  test.for(['sort=owner;drop', 'sort=', 'limit=-1', 'after=nonsense', `search=${'x'.repeat(101)}`])(
    'refuses %s',
    async (asked, { admin }) => {
      expect([400, 422]).toContain((await admin.get(`/api/groups?${asked}`)).statusCode);
    },
  );
});

describe('members', () => {
  test('come and go one by one, and the audit log names them', async ({ admin, em, signUp }) => {
    const [ada, bob] = [await signUp(unique('ada')), await signUp(unique('bob'))];
    const { name, url } = await make(admin);
    const member = (id: string) => `${url}/members/${id}`;

    await Promise.all([ada, bob, ada].map(({ user }) => send(admin, 'PUT', member(user.id))));
    const both = (await admin.get(`${url}/members`)).json();
    await send(admin, 'DELETE', member(ada.user.id));
    const twice = await send(admin, 'DELETE', member(ada.user.id));
    const one = (await admin.get(`${url}/members?search=PERSON`)).json();
    const found = (await admin.get(`/api/users/${bob.user.id}`)).json();

    expect(both.members.map(({ username }: { username: string }) => username).toSorted()).toEqual([
      ada.user.username,
      bob.user.username,
    ]);
    expect(twice.statusCode).toBe(204);
    expect(one).toMatchObject({
      members: [{ id: bob.user.id, disabled: false, isDeclared: false }],
      next: null,
    });
    expect(found.groups).toMatchObject([{ name, owner: 'admin', mayLeave: true }]);
    expect(
      (await eventsOf(em, name))
        .slice(1)
        .map(({ event }) => event)
        .toSorted(),
    ).toEqual(['group_member_added', 'group_member_added', 'group_member_removed']);
  });

  test('are read page by page', async ({ admin, em }) => {
    const { id, url } = await make(admin);
    await query(
      em,
      `with people as (
         insert into users (id, username, display_name, email, owner, created_at, updated_at)
         select gen_random_uuid(), $1 || n, 'Member', $1 || n || '@example.com', 'admin', now(), now()
         from generate_series(1, 51) n returning id)
       insert into group_members select $2, id from people`,
      [unique('many'), id],
    );

    const first = (await admin.get(`${url}/members`)).json();
    const rest = (await admin.get(`${url}/members?after=${first.next}`)).json();

    const ids = [...first.members, ...rest.members].map((member: { id: string }) => member.id);
    expect(new Set(ids).size).toBe(51);
    expect(rest.next).toBeNull();
  });

  test('that nobody is cannot be added', async ({ admin }) => {
    const { url } = await make(admin);

    const answer = await send(admin, 'PUT', `${url}/members/${randomUUID()}`);

    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('a group that a resource declares', () => {
  test('is changed there only, and its members too', async ({ admin, em, signUp }) => {
    const { user } = await signUp(unique('carl'));
    const { url, owner } = await declare(em, { declaredMembers: [user.username, 'awaited'] });

    const answers = await Promise.all([
      send(admin, 'PATCH', url, { payload: { displayName: 'Mine' } }),
      send(admin, 'DELETE', url),
      send(admin, 'PUT', `${url}/members/${user.id}`),
      send(admin, 'DELETE', `${url}/members/${user.id}`),
    ]);

    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ status: 409, code: 'owned_elsewhere' });
      expect(answer.json().title).toContain(owner);
    }
    expect((await admin.get(url)).json()).toMatchObject({
      owner,
      membersEditable: false,
      memberCount: 1,
      unknownMembers: ['awaited'],
    });
    expect((await admin.get(`/api/users/${user.id}`)).json().groups).toMatchObject([
      { owner, mayLeave: false },
    ]);
  });

  test('without members leaves those to the web pages, and nothing else', async ({
    admin,
    em,
    signUp,
  }) => {
    const { user } = await signUp(unique('dora'));
    const { url } = await declare(em, { declaredMembers: null });

    const added = await send(admin, 'PUT', `${url}/members/${user.id}`);
    const change = await send(admin, 'PATCH', url, { payload: { displayName: 'Mine' } });

    expect(added.statusCode).toBe(204);
    expect(change.statusCode).toBe(409);
    expect((await admin.get(url)).json()).toMatchObject({ membersEditable: true, memberCount: 1 });
  });

  test('additively keeps its own members, and takes others besides', async ({
    admin,
    em,
    signUp,
  }) => {
    const [eve, fay] = [await signUp(unique('eve')), await signUp(unique('fay'))];
    const declared = [eve.user.username];
    const { url } = await declare(em, { declaredMembers: declared, membersAreExact: false });

    const added = await send(admin, 'PUT', `${url}/members/${fay.user.id}`);
    await send(admin, 'PUT', `${url}/members/${eve.user.id}`);
    const removal = await send(admin, 'DELETE', `${url}/members/${eve.user.id}`);
    const { members } = (await admin.get(`${url}/members`)).json();

    expect(added.statusCode).toBe(204);
    expect(removal.json().code).toBe('owned_elsewhere');
    expect(members).toMatchObject([
      { id: eve.user.id, isDeclared: true },
      { id: fay.user.id, isDeclared: false },
    ]);
    expect((await admin.get(url)).json()).toMatchObject({ memberCount: 2 });
  });
});

test('a group of the directory has the members that the directory says', async ({
  admin,
  em,
  signUp,
}) => {
  const { user } = await signUp(unique('gus'));
  const name = unique('directory');
  const declaration = groupDeclaration(name, { declaredMembers: null, membersAreExact: false });
  const { group } = await declareGroup(em, declaration, 'ldap');

  const answer = await send(admin, 'PUT', `/api/groups/${group.id}/members/${user.id}`);

  expect(answer.json()).toMatchObject({ status: 409, code: 'owned_elsewhere' });
});
