import { describe, expect } from 'vitest';
import { query } from '../query.ts';
import { test } from '../testing/test.ts';
import { assertAttempt, countAttempt, forgetAttempt } from './rate-limit.registry.ts';

const limit = (key: string) => ({ key, attempts: 3, seconds: 60 });

describe('a rate limit', () => {
  test('lets as many attempts at once through as it says, whoever counts them', async ({
    database,
  }) => {
    const waits = await Promise.all(
      Array.from({ length: 20 }, () => countAttempt(database.em.fork(), limit('at once'))),
    );

    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
    expect(waits.every((wait) => wait >= 0 && wait <= 60)).toBe(true);
  });

  test('starts anew when its time is over, and not before', async ({ em }) => {
    const key = limit('over');
    for (let count = 0; count < 4; count += 1) {
      await countAttempt(em, key);
    }

    const during = await countAttempt(em, key);
    await query(em, `update rate_limits set expires_at = now() where attempts = 5`);
    const after = await countAttempt(em, key);

    expect([during > 0, after]).toEqual([true, 0]);
  });

  test('is one of its own for each key', async ({ em }) => {
    for (let count = 0; count < 4; count += 1) {
      await countAttempt(em, limit('one'));
    }

    expect(await countAttempt(em, limit('another'))).toBe(0);
  });

  test('forgets an attempt that was none', async ({ em }) => {
    for (let count = 0; count < 10; count += 1) {
      expect(await countAttempt(em, limit('harmless'))).toBe(0);
      await forgetAttempt(em, limit('harmless'));
    }
  });

  test('refuses with the seconds to wait', async ({ em }) => {
    const once = { key: 'refused', attempts: 1, seconds: 60 };
    await assertAttempt(em, once);

    await expect(assertAttempt(em, once)).rejects.toMatchObject({
      code: 'too_many_attempts',
      retryAfter: expect.any(Number),
    });
  });
});
