import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { createUser, type EntityManager, query, warnOfExpiringApiKeys } from '#core';
import { person } from '#core/testing/builders';
import { test as base } from '../testing/test.ts';

const SMTP = { host: 'smtp.example.com', port: 587, from: { address: 'id@example.com' } };

interface Times {
  issued?: string;
  expires: string;
}

const test = base.extend<{
  /** A key of somebody of their own; says how many mails they got of it so far. */
  addKey: (times: Times) => Promise<{ userId: string; countMails: () => Promise<number> }>;
}>({
  addKey: async ({ em }, use) => {
    await query(em, `delete from settings where key = 'smtp'`);
    await query(
      em,
      `insert into settings (key, value, owner, updated_at) values ('smtp', $1::jsonb, 'admin', now())`,
      [JSON.stringify(SMTP)],
    );
    await use(async (times) => {
      const userId = randomUUID();
      await createUser(em, person(`key-${userId.slice(0, 8)}`), { id: userId, isAdmin: false });
      await insert(em, userId, times);
      const mails = `select 1 from mails where kind = 'api_key_expiring' and user_id = $1`;
      return { userId, countMails: async () => (await query(em, mails, [userId])).length };
    });
  },
});

async function insert(em: EntityManager, userId: string, { issued = '90 days', expires }: Times) {
  await query(
    em,
    `insert into api_keys (id, token_hash, user_id, name, scope, is_admin, issued_at, expires_at)
     values (gen_random_uuid(), gen_random_uuid()::text, $1, 'backup', 'full', false,
             now() - $2::interval, now() + $3::interval)`,
    [userId, issued, expires],
  );
}

describe('the owner of a key that ends within a week', () => {
  test('is told once, however many replicas look', async ({
    addKey,
    em,
    services: { keyring },
  }) => {
    const { countMails } = await addKey({ expires: '6 days' });

    await Promise.all([1, 2, 3].map(() => warnOfExpiringApiKeys(em.fork(), keyring)));
    await warnOfExpiringApiKeys(em.fork(), keyring);

    expect(await countMails()).toBe(1);
  });

  test('is told again when the key was renewed and ends once more', async ({
    addKey,
    em,
    services: { keyring },
  }) => {
    const { userId, countMails } = await addKey({ expires: '6 days' });
    await warnOfExpiringApiKeys(em.fork(), keyring);
    await query(em, 'update api_keys set warned_at = null where user_id = $1', [userId]);

    await warnOfExpiringApiKeys(em.fork(), keyring);

    expect(await countMails()).toBe(2);
  });

  test('is told once mail is on again', async ({ addKey, em, services: { keyring } }) => {
    const { countMails } = await addKey({ expires: '6 days' });
    await query(em, `update settings set key = 'off' where key = 'smtp'`);
    await warnOfExpiringApiKeys(em.fork(), keyring);
    const whileOff = await countMails();
    await query(em, `update settings set key = 'smtp' where key = 'off'`);

    await warnOfExpiringApiKeys(em.fork(), keyring);

    expect([whileOff, await countMails()]).toEqual([0, 1]);
  });

  test.for([
    ['ends later than in a week', { expires: '8 days' }],
    ['has ended', { expires: '-1 second' }],
    ['was made for less than a week', { issued: '1 day', expires: '5 days' }],
  ])('hears nothing of one that %s', async ([, times], { addKey, em, services: { keyring } }) => {
    const { countMails } = await addKey(times as Times);

    await warnOfExpiringApiKeys(em.fork(), keyring);

    expect(await countMails()).toBe(0);
  });

  test('hears nothing while disabled', async ({ addKey, em, services: { keyring } }) => {
    const { userId, countMails } = await addKey({ expires: '6 days' });
    await query(em, 'update users set disabled_at = now() where id = $1', [userId]);

    await warnOfExpiringApiKeys(em.fork(), keyring);

    expect(await countMails()).toBe(0);
  });
});
