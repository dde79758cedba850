import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

test('a log line never holds a secret, however deep it was passed', () => {
  const lines = new PassThrough();
  const log = createLogger('info', lines);

  log.info(
    {
      token: 'S1',
      req: { headers: { cookie: 'S2', authorization: 'S3' } },
      body: { secret: 'S4' },
    },
    'asked',
  );

  const line = String(lines.read());
  expect(line).not.toMatch(/S[1-4]/);
  expect(line).toContain('[redacted]');
});
