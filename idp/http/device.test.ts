import { expect, test } from 'vitest';
import { nameDevice } from './device.ts';

const MOZILLA = 'Mozilla/5.0';

test.for([
  [`${MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0`, 'Firefox on Linux'],
  [
    `${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/143.0 Safari/537.36`,
    'Chrome on Windows',
  ],
  [
    `${MOZILLA} (Windows NT 10.0) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0`,
    'Edge on Windows',
  ],
  [
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15`,
    'Safari on macOS',
  ],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1`,
    'Safari on iPhone',
  ],
  [
    `${MOZILLA} (Linux; Android 16) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36`,
    'Chrome on Android',
  ],
  ['curl/8.17.0', null],
  [null, null],
] as const)('%s is called %s', ([userAgent, name]) => {
  expect(nameDevice(userAgent)).toBe(name);
});
