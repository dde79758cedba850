import { describe, expect } from 'vitest';
import { type EntityManager, query } from '#core';
import { signIn } from '../testing/people.ts';
import { authorizeUrl, call, registerClient } from '../testing/relying-party.ts';
import { ORIGIN, test } from '../testing/test.ts';

// Of one kind and network, and how many a replica may add until it looks again.
const LIMIT = 1_000;
const SLACK = 64;

/** As if that many strangers had begun something, each a moment after the one before. */
async function flood(em: EntityManager, count: number, { network, model = 'Interaction' }: Flood) {
  await query(
    em,
    `insert into oidc_records (id, model, payload, network, expires_at)
     select $1 || ' ' || $2 || ' ' || n, $2, '{}', $1, now() + interval '9 minutes' + n * interval '1 ms'
     from generate_series(1, $3::int) as n`,
    [network, model, count],
  );
}

interface Flood {
  network: string;
  model?: string;
}

async function countRows(em: EntityManager, { network, model = 'Interaction' }: Flood) {
  const [row] = await query<{ count: number }>(
    em,
    'select count(*)::int as count from oidc_records where model = $1 and network = $2',
    [model, network],
  );
  return row?.count ?? 0;
}

describe('what strangers leave', () => {
  test('is bounded however many begin to sign in, and the newest stay', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em, { skipConsent: true });
    const { browser, authenticator } = await signUp('ada');
    await browser.send({
      method: 'DELETE',
      url: '/api/session',
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    await flood(em, 9_900, { network: '127.0.0.1' });

    for (let request = 0; request < 2 * SLACK; request += 1) {
      await app.inject({ url: authorizeUrl(client).url });
    }
    const begun = await browser.follow(authorizeUrl(client).url);
    await signIn(browser, authenticator);
    const step = await browser.post(`${new URL(begun.url, ORIGIN).pathname}/login`);
    const end = await browser.follow(step.json().redirectTo);

    const left = await countRows(em, { network: '127.0.0.1' });
    expect(left).toBeLessThanOrEqual(LIMIT + SLACK);
    expect(left).toBeGreaterThanOrEqual(LIMIT);
    expect(end.url).toContain('code=');
  });

  test('costs those of the same network, and nobody else', async ({ app, em }) => {
    const client = await registerClient(em);
    await flood(em, 900, { network: '198.51.100.7' });
    await flood(em, 5_000, { network: '203.0.113.9' });

    for (let request = 0; request < SLACK; request += 1) {
      await app.inject({ url: authorizeUrl(client).url });
    }

    expect(await countRows(em, { network: '198.51.100.7' })).toBe(900);
    expect(await countRows(em, { network: '203.0.113.9' })).toBe(LIMIT);
  });

  test('is bounded in all, from however many networks', async ({ app, em }) => {
    const client = await registerClient(em);
    for (let host = 0; host < 25; host += 1) {
      await flood(em, 999, { network: `192.0.2.${host}` });
    }

    for (let request = 0; request < SLACK; request += 1) {
      await app.inject({ url: authorizeUrl(client).url });
    }

    const [row] = await query<{ count: number }>(
      em,
      `select count(*)::int as count from oidc_records where model = 'Interaction' and network is not null`,
    );
    expect(row?.count).toBeLessThanOrEqual(20_000 + SLACK);
  });

  test('by pushing requests in the name of a public client is bounded, and by a confidential one its own affair', async ({
    app,
    em,
  }) => {
    const model = 'PushedAuthorizationRequest';
    const [open, proven] = [await registerClient(em, { type: 'public' }), await registerClient(em)];
    await flood(em, 5_000, { network: '127.0.0.1', model });
    const push = (client: typeof open) => {
      const params = Object.fromEntries(new URL(authorizeUrl(client).url, ORIGIN).searchParams);
      return call(app, '/oauth/par', { ...client, params });
    };

    for (let request = 0; request < SLACK; request += 1) {
      expect((await push(open)).statusCode).toBe(201);
    }
    await push(proven);

    const ofProven = await query(
      em,
      'select from oidc_records where model = $1 and network is null',
      [model],
    );
    expect(await countRows(em, { network: '127.0.0.1', model })).toBeLessThanOrEqual(LIMIT + SLACK);
    expect(ofProven).toHaveLength(1);
  });
});
