import { afterAll, beforeAll, expect } from 'vitest';
import { query } from '#core';
import { type Slapd, startSlapd } from '#core/testing/slapd';
import { declareDirectory, openLdapSettings, synchronise } from '../testing/directory.ts';
import { test } from '../testing/test.ts';

const PEOPLE = 10_000;
const GROUPS = 500;

/** Everybody is in five groups. */
const MEMBERSHIPS = PEOPLE * 5;

let slapd: Slapd;

beforeAll(async () => {
  slapd = await startSlapd({ entries: [...people(), ...groups()].join('\n') });
}, 180_000);

afterAll(() => slapd.close());

const dnOf = (n: number) => `uid=person${n},dc=example,dc=com`;

function* people() {
  for (let n = 0; n < PEOPLE; n += 1) {
    yield `dn: ${dnOf(n)}
objectClass: inetOrgPerson
uid: person${n}
cn: Person Number ${n}
sn: Number ${n}
mail: person${n}@example.com
`;
  }
}

function* groups() {
  for (let group = 0; group < GROUPS; group += 1) {
    const members = Array.from(
      { length: MEMBERSHIPS / GROUPS },
      (_, at) => `member: ${dnOf((group * 20 + at * 7) % PEOPLE)}`,
    );
    yield `dn: cn=group${group},dc=example,dc=com
objectClass: groupOfNames
cn: group${group}
${members.join('\n')}
`;
  }
}

test('ten thousand people in five hundred groups come whole', async ({ services, em }) => {
  await declareDirectory(em, services, openLdapSettings(slapd));

  const result = await synchronise(services);

  expect(result).toMatchObject({
    state: 'succeeded',
    counts: { created: PEOPLE, groupsDeclared: GROUPS, membersAdded: MEMBERSHIPS, skipped: 0 },
  });
}, 300_000);

test('and a second time without a change', async ({ services, em }) => {
  const result = await synchronise(services);

  expect(result.counts).toEqual({ users: PEOPLE, groups: GROUPS, skipped: 0, conflicts: 0 });
  const rows = await query(em, 'select count(*)::int as members from group_members');
  expect(rows).toEqual([{ members: MEMBERSHIPS }]);
}, 300_000);
