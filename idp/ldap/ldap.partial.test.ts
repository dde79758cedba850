import { afterEach, describe, expect } from 'vitest';
import { type EntityManager, type LdapSettings, query } from '#core';
import {
  declareDirectory,
  forgetDirectory,
  listAccounts,
  openLdapSettings,
  synchronise,
} from '../testing/directory.ts';
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedEntry,
  type ScriptedSearch,
  startScriptedLdap,
} from '../testing/ldap-server.ts';
import { test as appTest } from '../testing/test.ts';

const BASE = 'DC=corp,DC=example,DC=com';

/** What Active Directory calls things. */
const ACTIVE_DIRECTORY: Pick<LdapSettings, 'users' | 'groups'> = {
  users: {
    filter: '(&(objectCategory=person)(objectClass=user))',
    attributes: {
      uniqueID: 'objectGUID',
      username: 'sAMAccountName',
      email: 'mail',
      firstName: 'givenName',
      lastName: 'sn',
      displayName: 'displayName',
      picture: 'jpegPhoto',
    },
  },
  groups: {
    filter: '(objectClass=group)',
    attributes: { uniqueID: 'objectGUID', name: 'cn', member: 'member' },
  },
};

/** 00000000-0000-0000-0000-0000000000<n>, as Windows keeps it. */
const guid = (n: number) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex');
const dnOf = (n: number) => `CN=Person ${n},OU=People,${BASE}`;

function person(n: number): ScriptedEntry {
  const [sAMAccountName, mail] = [[`Person${n}`], [`person${n}@example.com`]];
  const attributes = { objectGUID: [guid(n)], sAMAccountName, mail, givenName: ['Person'] };
  return { dn: dnOf(n), attributes: { ...attributes, sn: [`${n}`] } };
}

const PEOPLE = Array.from({ length: 10 }, (_, n) => person(n));

type Noun = 'base' | 'users' | 'pictures' | 'groups' | 'range';

function nounOf({ scope, attributes }: ScriptedSearch): Noun {
  if (scope === 'base') {
    return attributes.includes('1.1') ? 'base' : 'range';
  }
  if (attributes.includes('sAMAccountName')) {
    return 'users';
  }
  return attributes.includes('jpegPhoto') ? 'pictures' : 'groups';
}

/** A directory of ten people on ten pages, in which one thing happens differently. */
function directory(
  answers: Partial<Record<Noun, (search: ScriptedSearch, page: number) => ScriptedAnswer | null>>,
): Script {
  return (search) => {
    const noun = nounOf(search);
    const page = Number(search.cookie || '0');
    return answers[noun]?.(search, page) ?? usual(noun, page);
  };
}

function usual(noun: Noun, page: number): ScriptedAnswer {
  if (noun === 'base') {
    return { entries: [{ dn: BASE, attributes: {} }] };
  }
  const one = PEOPLE[page];
  return noun === 'users' && one
    ? { entries: [one], cookie: page < PEOPLE.length - 1 ? `${page + 1}` : '' }
    : {};
}

let close = async () => {};

afterEach(() => close());

interface Scripted {
  /** Makes this the directory of the instance. */
  play(script: Script): Promise<void>;
  sync(timeoutMs?: number): ReturnType<typeof synchronise>;
}

const test = appTest.extend<{ scripted: Scripted }>({
  scripted: async ({ services, em }, use) => {
    await forgetDirectory(em);
    await use({
      async play(script) {
        await close();
        const server = await startScriptedLdap(script);
        close = server.close;
        const bind = { dn: 'permiso@corp.example.com', password: 'secret' };
        const common = { url: server.url, ca: null, baseDn: BASE, bind, ...ACTIVE_DIRECTORY };
        await declareDirectory(em, services, {
          ...openLdapSettings({} as never),
          ...common,
        });
      },
      sync: (timeoutMs = 500) => synchronise(services, { timeoutMs }),
    });
  },
});

const active = async (em: EntityManager) =>
  (await listAccounts(em.fork())).filter(({ disabled }) => !disabled).length;

describe('a directory that is not read to its end disables nobody, and the reason is kept', () => {
  const onPage =
    (at: number, answer: ScriptedAnswer) =>
    (_: ScriptedSearch, page: number): ScriptedAnswer | null =>
      page === at ? answer : null;

  test.for<[string, Parameters<typeof directory>[0], string, string]>([
    [
      'cut off after page 3 of 10',
      { users: onPage(3, { instead: 'hang up' }) },
      'ConnectionFailed',
      'hung up',
    ],
    [
      'cut off in the middle of a page',
      { users: onPage(3, { entries: PEOPLE.slice(3, 4), instead: 'hang up' }) },
      'ConnectionFailed',
      'hung up',
    ],
    [
      'silent after page 3 of 10',
      { users: onPage(3, { instead: 'hang' }) },
      'Timeout',
      'did not answer within 0.5 s',
    ],
    [
      'ended by its size limit',
      { users: onPage(3, { code: 4, message: 'too many' }) },
      'SearchFailed',
      'SizeLimitExceeded (4): too many',
    ],
    [
      'ended by its time limit',
      { users: onPage(3, { code: 3 }) },
      'SearchFailed',
      'TimeLimitExceeded (3)',
    ],
    ['ended because it is busy', { users: onPage(3, { code: 51 }) }, 'SearchFailed', 'Busy (51)'],
    [
      'that refers to another for a part of it',
      {
        users: onPage(9, {
          entries: PEOPLE.slice(9),
          references: [`ldap://sub.corp.example.com/DC=sub,${BASE}`],
        }),
      },
      'SearchFailed',
      'refers to ldap://sub.corp.example.com',
    ],
    [
      'that refers to another for all of it',
      { users: () => ({ code: 10, message: 'elsewhere' }) },
      'SearchFailed',
      '(10)',
    ],
    [
      'that lets nobody in any more',
      { base: () => ({ code: 50 }) },
      'SearchFailed',
      'InsufficientAccess (50)',
    ],
    [
      'that hides what is below its base',
      { base: () => ({ entries: [] }) },
      'BaseDNNotFound',
      'has no "DC=corp,DC=example,DC=com" that "permiso@corp.example.com" may read',
    ],
    [
      'cut off when it comes to the groups',
      { groups: () => ({ instead: 'hang up' }) },
      'ConnectionFailed',
      'hung up',
    ],
  ])('%s', async ([, change, reason, words], { scripted, em }) => {
    await scripted.play(directory({}));
    expect(await scripted.sync()).toMatchObject({ state: 'succeeded', counts: { created: 10 } });

    await scripted.play(directory(change));
    const result = await scripted.sync();

    expect(result).toMatchObject({ state: 'failed', reason, counts: { skipped: 0 } });
    expect(result.message).toContain(words);
    expect(await active(em)).toBe(10);
  });

  test('and an empty page is not taken for the last one', async ({ scripted, em }) => {
    await scripted.play(directory({}));
    await scripted.sync();
    const gap = (_: ScriptedSearch, page: number) =>
      page === 3 ? { entries: [], cookie: '4' } : null;
    const [, , , fourth] = PEOPLE;

    await scripted.play(
      directory({
        users: (search, page) =>
          gap(search, page) ??
          (page === 4 ? { entries: [fourth, PEOPLE[4]] as ScriptedEntry[], cookie: '5' } : null),
      }),
    );

    expect(await scripted.sync()).toMatchObject({ state: 'succeeded', counts: { users: 10 } });
    expect(await active(em)).toBe(10);
  });
});

describe('a run that would remove too many stops and says so', () => {
  const only = (count: number) => directory({ users: () => ({ entries: PEOPLE.slice(0, count) }) });

  test.for<[number, string, string]>([
    [0, 'EmptyResult', 'the directory shows nobody, where 10 people came from it before'],
    [4, 'TooManyRemoved', '6 of 10 people are no longer in the directory (person4, person5,'],
  ])('when %i of 10 are left', async ([left, reason, words], { scripted, em }) => {
    await scripted.play(directory({}));
    await scripted.sync();

    await scripted.play(only(left));
    const result = await scripted.sync();

    expect(result).toMatchObject({ state: 'stopped', reason });
    expect(result.message).toContain(words);
    expect(await active(em)).toBe(10);
  });

  test('and not when as many go as may', async ({ scripted, em }) => {
    await scripted.play(directory({}));
    await scripted.sync();

    await scripted.play(only(5));

    expect(await scripted.sync()).toMatchObject({ state: 'succeeded', counts: { disabled: 5 } });
    expect(await active(em)).toBe(5);
  });
});

describe('Active Directory', () => {
  test('tells people by their GUID, in the form in which Windows writes it', async ({
    scripted,
    em,
  }) => {
    const entry = person(1);
    entry.attributes.objectGUID = [Buffer.from('33221100554477668899aabbccddeeff', 'hex')];
    await scripted.play(directory({ users: () => ({ entries: [entry] }) }));

    await scripted.sync();

    expect(await query(em, 'select username, directory_id from users')).toEqual([
      { username: 'person1', directory_id: '00112233-4455-6677-8899-aabbccddeeff' },
    ]);
  });

  test('gives the members of a large group in ranges', async ({ scripted, em }) => {
    const people = Array.from({ length: 3_200 }, (_, n) => person(n));
    const members = people.map(({ dn }) => dn);
    const range = (from: number) => {
      const isLast = from + 1_500 >= members.length;
      const name = `member;range=${from}-${isLast ? '*' : from + 1_499}`;
      return { [name]: members.slice(from, from + 1_500) };
    };
    const dn = `CN=Everybody,${BASE}`;
    const group = {
      dn,
      attributes: { objectGUID: [guid(9_999)], cn: ['Everybody'], member: [], ...range(0) },
    };
    await scripted.play(
      directory({
        users: () => ({ entries: people }),
        groups: () => ({ entries: [group] }),
        range: ({ base, attributes }) => {
          const from = Number(/range=(\d+)-\*/.exec(attributes[0] ?? '')?.[1]);
          return { entries: [{ dn: base, attributes: range(from) }] };
        },
      }),
    );

    const result = await scripted.sync(30_000);

    expect(result).toMatchObject({ state: 'succeeded', counts: { membersAdded: 3_200 } });
    const rows = await query(em, 'select count(*)::int as members from group_members');
    expect(rows).toEqual([{ members: 3_200 }]);
  });

  test('that keeps a range to itself empties no group', async ({ scripted }) => {
    const attributes = {
      objectGUID: [guid(9_999)],
      cn: ['Everybody'],
      'member;range=0-0': [dnOf(1)],
    };
    await scripted.play(
      directory({
        groups: () => ({ entries: [{ dn: `CN=Everybody,${BASE}`, attributes }] }),
        range: () => ({ entries: [] }),
      }),
    );

    expect(await scripted.sync()).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('gave 1 members of "CN=Everybody'),
    });
  });

  test('refers to its own zones and its configuration, where there is nobody', async ({
    scripted,
  }) => {
    const references = [
      `ldap://ForestDnsZones.corp.example.com/DC=ForestDnsZones,${BASE}`,
      `ldap://DomainDnsZones.corp.example.com/DC=DomainDnsZones,${BASE}`,
      `ldap://corp.example.com/CN=Configuration,${BASE}`,
    ];
    await scripted.play(directory({ users: () => ({ entries: PEOPLE, references }) }));

    expect(await scripted.sync()).toMatchObject({ state: 'succeeded', counts: { created: 10 } });
  });
});
