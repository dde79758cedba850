import { describe, expect } from 'vitest';
import { query } from '#core';
import { createApp } from '../app.ts';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { test as base, ORIGIN } from '../testing/test.ts';

const test = base.extend<{
  /** The address that the audit log keeps of a sign-in that failed. */
  addressOf(remoteAddress: string, headers: Record<string, string>): Promise<string | undefined>;
}>({
  addressOf: async ({ em, services }, use) => {
    const trust = { TRUST_PROXY: ['10.0.0.0/8', 'fd00::1'], TRUSTED_PLATFORM: 'cf-connecting-ip' };
    const app = await createApp({ ...services, config: { ...services.config, ...trust } });
    const authenticator = new SoftwareAuthenticator(ORIGIN);
    authenticator.create({ challenge: 'AAAA', user: { id: 'AAAA' } } as never);
    const credential = authenticator.get({ challenge: 'AAAA' } as never);
    await use(async (remoteAddress, headers) => {
      const site = { 'sec-fetch-site': 'same-origin' };
      const request = { method: 'POST', url: '/api/session', payload: { credential } } as const;
      await app.inject({ ...request, remoteAddress, headers: { ...site, ...headers } });
      const [event] = await query<{ ip: string }>(
        em,
        `select ip from audit_events where event = 'sign_in_failed' order by id desc limit 1`,
      );
      return event?.ip;
    });
    await app.close();
  },
});

const NAMED = { 'cf-connecting-ip': '198.51.100.7', 'x-forwarded-for': '192.0.2.1' };

describe('the address of a client', () => {
  test.for([
    ['10.1.2.3', NAMED, '198.51.100.7', 'a proxy of ours names it'],
    ['::ffff:10.1.2.3', NAMED, '198.51.100.7', 'it does, over a socket for both families'],
    ['fd00::1', { 'cf-connecting-ip': '2001:db8::7' }, '2001:db8::7', 'it does, in IPv6'],
    ['203.0.113.9', NAMED, '203.0.113.9', 'anybody else does'],
    ['10.1.2.3', { 'cf-connecting-ip': 'x, 192.0.2.1' }, '10.1.2.3', 'it names none'],
    ['10.1.2.3', { 'x-forwarded-for': '192.0.2.1' }, '192.0.2.1', 'it uses the usual header'],
  ] as const)('%s with %j is %s: %s', async ([peer, headers, address], { addressOf }) => {
    expect(await addressOf(peer, headers)).toBe(address);
  });
});
