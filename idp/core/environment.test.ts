import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { integer, origin, readEnvironment, secret } from './environment.ts';

const variables = {
  APP_URL: { description: 'public origin', read: origin },
  KEY: { description: 'a secret', read: secret(16) },
  PORT: { description: 'port', fallback: '1812', read: integer(0, 65_535) },
};

describe('a configuration', () => {
  test('with several mistakes names them all at once', () => {
    const read = () =>
      readEnvironment(variables, { APP_URL: 'https://id.example.com/', PORT: 'many' });

    expect(read).toThrow(
      /APP_URL: must be an origin[\s\S]*KEY: is required \(a secret\)[\s\S]*PORT: must be a whole number/,
    );
  });

  test('takes a secret from a file', () => {
    const path = join(tmpdir(), `permiso-secret-${process.pid}`);
    writeFileSync(path, 'sixteen bytes at least\n');

    const values = readEnvironment(variables, {
      APP_URL: 'https://id.example.com',
      KEY_FILE: path,
    });

    expect(values).toEqual({
      APP_URL: 'https://id.example.com',
      KEY: 'sixteen bytes at least',
      PORT: 1812,
    });
  });

  test.for([
    ['http://id.example.com', 'must use https'],
    ['https://id.example.com/path', 'without path'],
    ['id.example.com', 'must be an origin'],
  ])('refuses %s as a public origin', ([url, reason]) => {
    expect(() => origin(url as string)).toThrow(reason);
  });

  test('accepts plain http at localhost, where browsers offer passkeys too', () => {
    expect(origin('http://localhost:1812')).toBe('http://localhost:1812');
  });
});
