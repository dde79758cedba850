import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const LEAST = {
  APP_URL: 'https://id.example.com',
  ENCRYPTION_KEY: 'a key for tests only',
  DB_CONNECTION_STRING: 'postgres://permiso@localhost/permiso',
};

describe('the configuration of the IdP', () => {
  test('knows a header by any spelling, from the proxies that may send it', () => {
    const config = readConfig({
      ...LEAST,
      TRUST_PROXY: '10.0.0.0/8',
      TRUSTED_PLATFORM: 'CF-Connecting-IP',
    });

    expect(config).toMatchObject({ TRUSTED_PLATFORM: 'cf-connecting-ip' });
    expect(readConfig(LEAST)).toMatchObject({ TRUSTED_PLATFORM: null, TRUST_PROXY: false });
  });

  test.for([
    [{ TRUSTED_PLATFORM: 'CF-Connecting-IP' }, /TRUSTED_PLATFORM: .* TRUST_PROXY/],
    [
      { TRUSTED_PLATFORM: 'CF Connecting IP', TRUST_PROXY: '10.0.0.0/8' },
      /TRUSTED_PLATFORM: .* header/,
    ],
    [{ TRUST_PROXY: 'everybody' }, /TRUST_PROXY: .*"everybody"/],
  ] as const)('refuses %j', ([settings, mistake]) => {
    expect(() => readConfig({ ...LEAST, ...settings })).toThrow(mistake);
  });
});
