import { randomUUID } from 'node:crypto';
import { Attribute, Change, type Client } from 'ldapts';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { createUser, declareGroup, type LdapSettings, query } from '#core';
import { groupDeclaration, person } from '#core/testing';
import { type Slapd, startSlapd } from '#core/testing/slapd';
import {
  declareDirectory,
  forgetDirectory,
  listAccounts,
  openLdapSettings,
  synchronise,
} from '../testing/directory.ts';
import { test as appTest } from '../testing/test.ts';

let slapd: Slapd;

/** The part of the directory that belongs to the test at hand. */
let branch: string;

beforeAll(async () => {
  slapd = await startSlapd({ entries: '' });
}, 180_000);

afterAll(() => slapd.close());

beforeEach(async () => {
  branch = `ou=${randomUUID()},dc=example,dc=com`;
  await slapd.change((client) => client.add(branch, { objectClass: 'organizationalUnit' }));
});

interface Directory {
  /** Makes the directory the one of the instance. */
  configure(overrides?: Partial<LdapSettings>): Promise<void>;
  sync(): ReturnType<typeof synchronise>;
  accounts(): ReturnType<typeof listAccounts>;
  find(username: string): Promise<Awaited<ReturnType<typeof listAccounts>>[number] | undefined>;
}

const test = appTest.extend<{ directory: Directory }>({
  directory: async ({ services, em }, use) => {
    await forgetDirectory(em);
    await use({
      configure: (overrides) =>
        declareDirectory(em, services, openLdapSettings(slapd, { baseDn: branch, ...overrides })),
      sync: () => synchronise(services),
      accounts: () => listAccounts(em.fork()),
      find: async (username) =>
        (await listAccounts(em.fork())).find((one) => one.username === username),
    });
  },
});

const dnOf = (uid: string) => `uid=${uid},${branch}`;

async function addPerson(client: Client, uid: string, attributes: Record<string, string> = {}) {
  const entry = { cn: `Person ${uid}`, sn: uid, mail: `${uid}@example.com`, ...attributes };
  await client.add(dnOf(uid), { objectClass: 'inetOrgPerson', uid, ...entry });
}

async function addPeople(...uids: string[]) {
  await slapd.change(async (client) => {
    for (const uid of uids) {
      await addPerson(client, uid);
    }
  });
}

async function addGroup(name: string, members: string[]) {
  await slapd.change((client) =>
    client.add(`cn=${name},${branch}`, { objectClass: 'groupOfNames', cn: name, member: members }),
  );
}

async function replace(dn: string, type: string, values: string[]) {
  const modification = new Attribute({ type, values });
  await slapd.change((client) =>
    client.modify(dn, new Change({ operation: 'replace', modification })),
  );
}

const remove = (...uids: string[]) =>
  slapd.change(async (client) => {
    for (const uid of uids) {
      await client.del(dnOf(uid));
    }
  });

describe('a synchronisation', () => {
  test('makes people and groups as the directory has them', async ({ directory }) => {
    await addPeople('ada', 'alan');
    await addGroup('engineering', [dnOf('ada'), dnOf('alan')]);
    await addGroup('research', [dnOf('ada')]);
    await directory.configure();

    const result = await directory.sync();

    expect(result).toMatchObject({
      state: 'succeeded',
      counts: { users: 2, groups: 2, created: 2, groupsDeclared: 2, membersAdded: 3, skipped: 0 },
    });
    expect(await directory.accounts()).toMatchObject([
      {
        username: 'ada',
        displayName: 'Person ada',
        email: 'ada@example.com',
        owner: 'ldap',
        isAdmin: false,
        disabled: false,
        groups: ['engineering', 'research'],
      },
      { username: 'alan', groups: ['engineering'] },
    ]);
  });

  test('without a change changes nothing, and writes nothing to the audit log', async ({
    directory,
    em,
  }) => {
    const count = async () =>
      (await query<{ n: number }>(em, 'select count(*)::int as n from audit_events'))[0]?.n;
    await addPeople('ada');
    await addGroup('engineering', [dnOf('ada')]);
    await directory.configure();
    await directory.sync();
    const before = [await directory.accounts(), await count()];

    const { counts } = await directory.sync();

    expect(counts).toEqual({ users: 1, groups: 1, skipped: 0, conflicts: 0 });
    expect([await directory.accounts(), await count()]).toEqual(before);
  });

  test('takes up changed names and addresses; the account and its groups stay', async ({
    directory,
    em,
  }) => {
    await addPeople('ada');
    await addGroup('engineering', [dnOf('ada')]);
    await directory.configure();
    await directory.sync();
    const before = await directory.find('ada');
    await query(em, 'update users set email_verified = true where id = $1', [before?.id]);

    await replace(dnOf('ada'), 'cn', ['Ada King']);
    await replace(dnOf('ada'), 'mail', ['ada.king@example.com']);
    const { counts } = await directory.sync();

    expect(counts).toMatchObject({ updated: 1 });
    expect(await directory.find('ada')).toEqual({
      ...before,
      displayName: 'Ada King',
      email: 'ada.king@example.com',
    });
    const [row] = await query(em, 'select email_verified from users where id = $1', [before?.id]);
    expect(row).toEqual({ email_verified: false });
  });

  test('knows somebody who is named and placed anew', async ({ directory }) => {
    await addPeople('ada', 'alan');
    await directory.configure();
    await directory.sync();
    const before = await directory.find('ada');

    await slapd.change((client) => client.modifyDN(dnOf('ada'), `uid=countess,${branch}`));
    await directory.sync();

    expect((await directory.find('countess'))?.id).toBe(before?.id);
    expect(await directory.find('ada')).toBeUndefined();
  });

  test('follows who joins and leaves a group, and a group that gets another name', async ({
    directory,
    em,
  }) => {
    await addPeople('ada', 'alan');
    await addGroup('engineering', [dnOf('ada')]);
    await directory.configure();
    await directory.sync();
    const idOf = async (name: string) =>
      (await query<{ id: string }>(em, 'select id from groups where name = $1', [name]))[0]?.id;
    const before = await idOf('engineering');

    await replace(`cn=engineering,${branch}`, 'member', [dnOf('alan')]);
    await slapd.change((client) =>
      client.modifyDN(`cn=engineering,${branch}`, `cn=builders,${branch}`),
    );
    const { counts } = await directory.sync();

    expect(counts).toMatchObject({ groupsDeclared: 1, membersAdded: 1, membersRemoved: 1 });
    expect(await idOf('builders')).toBe(before);
    expect(await directory.find('alan')).toMatchObject({ groups: ['builders'] });
    expect(await directory.find('ada')).toMatchObject({ groups: [] });
  });

  test('retires a group that is gone', async ({ directory }) => {
    await addPeople('ada');
    await addGroup('engineering', [dnOf('ada')]);
    await addGroup('research', [dnOf('ada')]);
    await directory.configure();
    await directory.sync();

    await slapd.change((client) => client.del(`cn=research,${branch}`));
    const { counts } = await directory.sync();

    expect(counts).toMatchObject({ groupsRetired: 1 });
    expect(await directory.find('ada')).toMatchObject({ groups: ['engineering'] });
  });

  test('takes members of a group inside a group, and groups that are in each other', async ({
    directory,
  }) => {
    await addPeople('ada', 'alan', 'grace');
    const groupDn = (name: string) => `cn=${name},${branch}`;
    await addGroup('outer', [dnOf('ada'), groupDn('middle')]);
    await addGroup('middle', [dnOf('alan'), groupDn('inner')]);
    await addGroup('inner', [dnOf('grace'), groupDn('outer')]);
    await directory.configure();

    await directory.sync();

    const everywhere = { groups: ['inner', 'middle', 'outer'] };
    expect(await directory.accounts()).toMatchObject([everywhere, everywhere, everywhere]);
  });

  test('knows members by names with commas and letters of any language', async ({ directory }) => {
    const dn = `cn=Müller\\, Zoë \\+ Söhne,${branch}`;
    await slapd.change((client) =>
      client.add(dn, {
        objectClass: 'inetOrgPerson',
        uid: 'zoe',
        cn: 'Müller, Zoë + Söhne',
        sn: 'Müller',
        mail: 'zoe@example.com',
      }),
    );
    await addGroup('engineering', [dn]);
    await directory.configure();

    await directory.sync();

    expect(await directory.find('zoe')).toMatchObject({
      displayName: 'Müller, Zoë + Söhne',
      groups: ['engineering'],
    });
  });

  test('reads groups that name user names as members', async ({ directory }) => {
    await addPeople('ada', 'alan');
    await slapd.change((client) =>
      client.add(`cn=staff,${branch}`, {
        objectClass: 'posixGroup',
        cn: 'staff',
        gidNumber: '100',
        memberUid: ['ada', 'nobody'],
      }),
    );
    await directory.configure({
      groups: {
        filter: '(objectClass=posixGroup)',
        attributes: { uniqueID: 'entryUUID', name: 'cn', member: 'memberUid' },
      },
    });

    await directory.sync();

    expect(await directory.find('ada')).toMatchObject({ groups: ['staff'] });
    expect(await directory.find('alan')).toMatchObject({ groups: [] });
  });

  test('reads by StartTLS, and with a certificate of its own authority only', async ({
    directory,
  }) => {
    await addPeople('ada');
    await directory.configure({ url: slapd.url, startTls: true });
    expect(await directory.sync()).toMatchObject({ state: 'succeeded' });

    await directory.configure({ ca: null });

    expect(await directory.sync()).toMatchObject({ state: 'failed', reason: 'TLSFailed' });
    expect(await directory.find('ada')).toMatchObject({ disabled: false });
  });

  test('skips entries that are of no use, says why, and takes the others', async ({
    directory,
  }) => {
    await addPeople('ada');
    await slapd.change(async (client) => {
      await addPerson(client, 'no mail', { mail: 'x@example.com' });
      const common = { objectClass: 'inetOrgPerson', cn: 'X', sn: 'X' };
      await client.add(dnOf('nomail'), { ...common, uid: 'nomail' });
      await addPerson(client, 'two', { mail: 'a@example.com,evil@example.com' });
    });
    await addGroup('Größe', [dnOf('ada')]);
    await directory.configure();

    const result = await directory.sync();

    expect(result).toMatchObject({ state: 'succeeded', counts: { created: 1, skipped: 4 } });
    const reasons = result.skipped.map(({ reason }) => reason).join('\n');
    expect(reasons).toContain('it has no "mail", and every person needs a mail address');
    expect(reasons).toContain('"a@example.com,evil@example.com" is not an email address');
    expect(reasons).toContain('A username has 1 to 64 lower-case letters');
    expect(reasons).toContain('"Größe" was not accepted: a group name is made of letters');
    expect((await directory.accounts()).map(({ username }) => username)).toEqual(['ada']);
  });

  test('keeps somebody whose entry has become of no use, and their groups', async ({
    directory,
  }) => {
    await addPeople('ada', 'alan');
    await addGroup('engineering', [dnOf('ada'), dnOf('alan')]);
    await directory.configure();
    await directory.sync();

    await replace(dnOf('ada'), 'mail', []);
    const result = await directory.sync();

    expect(result).toMatchObject({ state: 'succeeded', counts: { skipped: 1 } });
    expect(await directory.find('ada')).toMatchObject({
      disabled: false,
      email: 'ada@example.com',
      groups: ['engineering'],
    });
  });
});

describe('a name that somebody else has', () => {
  test('is a conflict, and no account is joined with another', async ({ directory, em }) => {
    await createUser(em, person('ada'), { id: randomUUID(), isAdmin: true });
    await createUser(
      em,
      { ...person('local'), email: 'ALAN@example.com' },
      { id: randomUUID(), isAdmin: false },
    );
    const before = await directory.accounts();
    await addPeople('ada', 'alan', 'grace');
    await addGroup('engineering', [dnOf('ada'), dnOf('grace')]);
    await directory.configure();

    const result = await directory.sync();

    expect(result).toMatchObject({ state: 'succeeded', counts: { created: 1, conflicts: 3 } });
    expect(result.conflicts).toMatchObject([
      { entry: dnOf('ada'), field: 'username', value: 'ada' },
      { entry: dnOf('ada'), field: 'email', value: 'ada@example.com' },
      { entry: dnOf('alan'), field: 'email', value: 'alan@example.com' },
    ]);
    expect(result.conflicts[2]?.reason).toContain(
      'belongs to the account "local", which does not come from the directory',
    );
    const after = await directory.accounts();
    expect(after.filter(({ owner }) => owner === 'admin')).toEqual(before);
    expect(await directory.find('grace')).toMatchObject({ groups: ['engineering'] });
  });

  test('keeps a known person at their old one', async ({ directory, em }) => {
    await createUser(em, person('local'), { id: randomUUID(), isAdmin: true });
    await addPeople('ada');
    await directory.configure();
    await directory.sync();

    await replace(dnOf('ada'), 'mail', ['LOCAL@example.com']);
    await replace(dnOf('ada'), 'cn', ['Ada King']);
    const result = await directory.sync();

    expect(result.conflicts).toMatchObject([{ field: 'email', value: 'LOCAL@example.com' }]);
    expect(await directory.find('ada')).toMatchObject({
      displayName: 'Ada King',
      email: 'ada@example.com',
    });
  });

  test('two entries of the directory do not share', async ({ directory }) => {
    await addPeople('ada');
    await slapd.change((client) => addPerson(client, 'twin', { mail: 'Ada@example.com' }));
    await directory.configure();

    const result = await directory.sync();

    expect(result).toMatchObject({ counts: { created: 1, conflicts: 1 } });
    expect(result.conflicts[0]).toMatchObject({ field: 'email' });
  });

  test('of a group is a conflict, unless a resource leaves its members to the directory', async ({
    directory,
    em,
  }) => {
    await addPeople('ada');
    for (const name of ['made-here', 'declared', 'open']) {
      await addGroup(name, [dnOf('ada')]);
    }
    const resource = 'kubernetes:Group/apps/x';
    const open = { declaredMembers: null, membersAreExact: false };
    await declareGroup(em, groupDeclaration('made-here', open), 'admin');
    await declareGroup(em, groupDeclaration('declared'), resource);
    await declareGroup(em, groupDeclaration('open', open), resource);
    await directory.configure();

    const result = await directory.sync();

    expect(result.conflicts.map(({ value }) => value).sort()).toEqual(['declared', 'made-here']);
    expect(await directory.find('ada')).toMatchObject({ groups: ['open'] });
    await replace(`cn=open,${branch}`, 'member', [branch]);
    await directory.sync();
    expect(await directory.find('ada')).toMatchObject({ groups: [] });
  });
});

describe('who is no longer in the directory', () => {
  test('is disabled, and everything they have going ends', async ({ directory, em }) => {
    await addPeople('ada', 'alan', 'grace');
    await directory.configure();
    await directory.sync();
    const ada = await directory.find('ada');
    await query(
      em,
      `insert into sessions (id, token_hash, user_id, method, authenticated_at, ends_at, expires_at, created_at)
       values (gen_random_uuid(), 'x', $1, 'passkey', now(), now() + interval '1 h', now() + interval '1 h', now())`,
      [ada?.id],
    );

    await remove('ada');
    const { counts } = await directory.sync();

    expect(counts).toMatchObject({ disabled: 1 });
    expect(await directory.find('ada')).toEqual({ ...ada, disabled: true });
    expect(await query(em, 'select 1 from sessions where user_id = $1', [ada?.id])).toEqual([]);
    const events = await query(
      em,
      `select actor, user_name from audit_events where event = 'user_disabled' and user_id = $1`,
      [ada?.id],
    );
    expect(events).toEqual([{ actor: 'ldap', user_name: 'ada' }]);
  });

  test('is enabled again on coming back, unless an administrator had disabled them', async ({
    directory,
    em,
    signUp,
  }) => {
    const { browser: admin, user } = await signUp('root');
    await query(em, 'update users set is_admin = true where id = $1', [user.id]);
    await addPeople('ada', 'alan', 'grace', 'edsger');
    await directory.configure({ maxRemovedPercent: 100 });
    await directory.sync();
    // Both go out by the filter, and come back with the same ids.
    const without = {
      ...openLdapSettings(slapd).users,
      filter: '(&(objectClass=inetOrgPerson)(!(uid=ada))(!(uid=alan)))',
    };
    const alan = await directory.find('alan');
    await directory.configure({ maxRemovedPercent: 100, users: without });
    await directory.sync();
    expect(await directory.find('ada')).toMatchObject({ disabled: true });
    const answer = await admin.send({
      method: 'PATCH',
      url: `/api/users/${alan?.id}`,
      payload: { disabled: true },
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.statusCode).toBe(200);

    await directory.configure();
    const { counts } = await directory.sync();

    expect(counts).toMatchObject({ enabled: 1 });
    expect(await directory.find('ada')).toMatchObject({ disabled: false });
    expect(await directory.find('alan')).toMatchObject({ disabled: true });
    const events = await query(em, `select 1 from audit_events where event = 'user_enabled'`);
    expect(events).toHaveLength(1);
  });

  test('is deleted where the settings say so', async ({ directory }) => {
    await addPeople('ada', 'alan', 'grace');
    await directory.configure({ removedUsers: 'delete' });
    await directory.sync();

    await remove('ada');
    const { counts } = await directory.sync();

    expect(counts).toMatchObject({ deleted: 1 });
    expect(await directory.find('ada')).toBeUndefined();
  });

  test.for(['disable', 'delete'] as const)(
    'and the last administrator is kept (%s)',
    async (removedUsers, { directory, em }) => {
      await addPeople('ada', 'alan', 'grace');
      await directory.configure({ removedUsers });
      await directory.sync();
      await query(em, `update users set is_admin = true where username = 'ada'`);

      await remove('ada');
      const result = await directory.sync();

      expect(result.conflicts).toMatchObject([{ field: 'administrator', value: 'ada' }]);
      expect(await directory.find('ada')).toMatchObject({ disabled: false, isAdmin: true });
    },
  );
});

describe('the group of administrators', () => {
  test('says who of the directory administers Permiso, also by a group inside of it', async ({
    directory,
  }) => {
    await addPeople('ada', 'alan', 'grace');
    await addGroup('inner', [dnOf('grace')]);
    await addGroup('admins', [dnOf('ada'), `cn=inner,${branch}`]);
    await directory.configure({ adminGroup: 'admins' });
    await directory.sync();
    const admins = async () =>
      (await directory.accounts()).filter((one) => one.isAdmin).map(({ username }) => username);
    expect(await admins()).toEqual(['ada', 'grace']);

    await replace(`cn=admins,${branch}`, 'member', [dnOf('alan')]);
    await directory.sync();

    expect(await admins()).toEqual(['alan']);
  });

  test('that is empty or gone leaves the last administrators as they are', async ({
    directory,
  }) => {
    await addPeople('ada', 'alan');
    await addGroup('admins', [dnOf('ada')]);
    await directory.configure({ adminGroup: 'admins' });
    await directory.sync();

    await replace(`cn=admins,${branch}`, 'member', [branch]);
    const emptied = await directory.sync();
    await slapd.change((client) => client.del(`cn=admins,${branch}`));
    const removed = await directory.sync();

    expect(emptied.conflicts).toMatchObject([{ field: 'administrator', value: 'ada' }]);
    expect(removed.conflicts).toMatchObject([{ field: 'administrator', value: 'admins' }]);
    expect(await directory.find('ada')).toMatchObject({ isAdmin: true });
  });
});
