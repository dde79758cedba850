import { describe, expect } from 'vitest';
import { createKeyring } from '../encryption/keyring.ts';
import { query } from '../query.ts';
import { test } from '../testing/test.ts';
import { listSigningKeys, rotateSigningKeys } from './signing-key.registry.ts';
import { bySigningOrder, type KeyFacts, listDueSteps } from './signing-key.rules.ts';

const keyring = createKeyring(['a key for tests only']);
const START = new Date('2030-01-01T00:00:00Z');

function day(number: number): Date {
  return new Date(START.getTime() + number * 24 * 60 * 60_000);
}

function key(state: KeyFacts['state'], facts: Partial<KeyFacts> = {}): KeyFacts {
  const times = { createdAt: START, activatedAt: START, retiredAt: null };
  return { id: state, alg: 'ES256', state, ...times, ...facts };
}

/** What is due for ES256; the other algorithms have a key that was made just now. */
function stepsFor(keys: KeyFacts[], now: Date, longestLifetime = 0) {
  const others = (['RS256', 'EdDSA'] as const).map((alg) =>
    key('active', { alg, activatedAt: now }),
  );
  return listDueSteps([...keys, ...others], { now, longestLifetime });
}

const NEXT = { activatedAt: null };

describe('what is due', () => {
  test.for([
    ['a first key when there is none', [], 0, { do: 'create', alg: 'ES256', state: 'active' }],
    ['nothing for a young key', [key('active')], 28.9, undefined],
    [
      'a successor one day before the end',
      [key('active')],
      29,
      { do: 'create', alg: 'ES256', state: 'next' },
    ],
    [
      'no second successor',
      [key('active'), key('next', { ...NEXT, createdAt: day(29) })],
      29.5,
      undefined,
    ],
    [
      'the change at the end',
      [key('active'), key('next', { ...NEXT, createdAt: day(29) })],
      30,
      { do: 'activate', alg: 'ES256', id: 'next' },
    ],
    [
      'no change before everybody could learn of the successor, however late it is',
      [key('active'), key('next', { ...NEXT, createdAt: day(50) })],
      50.9,
      undefined,
    ],
    [
      'nothing for a key that retires',
      [key('active', { activatedAt: day(30) }), key('retiring', { retiredAt: day(30) })],
      58.9,
      undefined,
    ],
    [
      'the removal thirty days later',
      [key('active', { activatedAt: day(59) }), key('retiring', { retiredAt: day(30) })],
      60,
      { do: 'remove', id: 'retiring' },
    ],
  ] as const)('is %s', ([, keys, at, step]) => {
    expect(stepsFor([...keys], day(at))).toEqual(step ? [step] : []);
  });

  test('is no removal while a token that the key signed may be valid', () => {
    const keys = [key('active', { activatedAt: day(60) }), key('retiring', { retiredAt: day(30) })];
    const fortyDays = 40 * 24 * 60 * 60;

    expect(stepsFor(keys, day(69.9), fortyDays)).toEqual([]);
    expect(stepsFor(keys, day(70), fortyDays)).toEqual([{ do: 'remove', id: 'retiring' }]);
  });
});

test('the key that signs is published first, whenever it was made', () => {
  const keys = [
    key('retiring', { createdAt: day(0) }),
    key('next', { createdAt: day(1) }),
    key('active', { createdAt: day(2) }),
  ];

  expect(keys.toSorted(bySigningOrder).map(({ state }) => state)).toEqual([
    'active',
    'next',
    'retiring',
  ]);
});

describe('rotation', () => {
  test('by five replicas at once makes one successor, changes once and removes once', async ({
    database,
    em,
  }) => {
    const rotate = (at: number) =>
      Promise.all(
        Array.from({ length: 5 }, () => rotateSigningKeys(database.em.fork(), keyring, day(at))),
      );
    const states = async () => {
      const rows = await query<{ states: string[] }>(
        em,
        'select array_agg(state order by state) as states from signing_keys group by alg',
      );
      return rows.map((row) => row.states);
    };
    const seen = [];

    for (const at of [0, 29, 30, 60]) {
      const steps = await rotate(at);
      seen.push({ steps: steps.flat().length, states: await states() });
    }

    const thrice = (...list: string[]) => [list, list, list];
    expect(seen).toEqual([
      { steps: 3, states: thrice('active') },
      { steps: 3, states: thrice('active', 'next') },
      { steps: 3, states: thrice('active', 'retiring') },
      // The old keys go, and the keys after the next are published a day before they sign.
      { steps: 6, states: thrice('active', 'next') },
    ]);
  });

  test('leaves a key that signs in every algorithm, first in its list', async ({
    database,
    em,
  }) => {
    const signing = async () => {
      const keys = await listSigningKeys(database.em.fork(), keyring);
      return ['RS256', 'ES256', 'EdDSA'].map((alg) => keys.find((one) => one.alg === alg)?.kid);
    };

    // Two whole turns.
    for (let at = 61; at < 123; at += 0.5) {
      await rotateSigningKeys(database.em.fork(), keyring, day(at));
      const active = await query<{ id: string }>(
        em,
        `select id from signing_keys where state = 'active' order by array_position('{RS256,ES256,EdDSA}', alg)`,
      );
      expect(await signing()).toEqual(active.map(({ id }) => id));
      expect(active).toHaveLength(3);
    }
  });
});
