import { describe, expect } from 'vitest';
import type { ClientDeclaration } from '#core';
import type { Browser } from '../../testing/browser.ts';
import { Device } from '../../testing/device.ts';
import { registerClient } from '../../testing/relying-party.ts';
import { test } from '../../testing/test.ts';
import { DEVICE_GRANT } from './device.service.ts';

const DEVICES: Partial<ClientDeclaration> = { grantTypes: [DEVICE_GRANT], callbackUrls: [] };

describe('guessing user codes', () => {
  const guess = (browser: Browser, remoteAddress: string, userCode = 'BCDF-GHJK') =>
    browser.send({
      method: 'POST',
      url: '/device',
      payload: { userCode },
      headers: { 'sec-fetch-site': 'same-origin' },
      remoteAddress,
    });

  test('ends for an address after twenty wrong ones, also for the right one', async ({
    app,
    em,
    browser,
  }) => {
    const device = await Device.begin(app, await registerClient(em, DEVICES));
    const address = '203.0.113.7';

    const wrong = await Promise.all(Array.from({ length: 30 }, () => guess(browser, address)));
    const right = await guess(browser, address, device.answer.user_code);
    const elsewhere = await guess(browser, '203.0.113.8', device.answer.user_code);

    const refused = wrong.filter(({ statusCode }) => statusCode === 429);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.json().code).toBe('too_many_attempts');
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(500);
    expect(right.statusCode).toBe(429);
    expect(elsewhere.statusCode).toBe(200);
  });

  test('ends for a person after ten wrong ones, from however many addresses', async ({
    signUp,
  }) => {
    const { browser } = await signUp('newton');

    const statuses: number[] = [];
    for (let host = 1; host <= 12; host += 1) {
      statuses.push((await guess(browser, `198.51.100.${host}`)).statusCode);
    }

    expect(statuses).toEqual([...Array(10).fill(404), 429, 429]);
  });

  test('is not what somebody does who enters many right ones', async ({ app, em, signUp }) => {
    const client = await registerClient(em, DEVICES);
    const { browser } = await signUp('ohm');

    for (let count = 0; count < 25; count += 1) {
      const { answer } = await Device.begin(app, client);
      expect((await guess(browser, '192.0.2.9', answer.user_code)).statusCode).toBe(200);
    }
  });
});
