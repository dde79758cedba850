import { describe, expect, test } from 'vitest';
import { validateManifest } from '../crd/manifest.validation.ts';

const password = { name: 'smtp', key: 'password' };

describe('mail settings', () => {
  test('that name a server and a sender use STARTTLS on port 587', () => {
    expect(judge({})).toMatchObject({
      resource: { spec: { port: 587, tls: { mode: 'StartTLS', insecureSkipVerify: false } } },
    });
  });

  test('may go without TLS when they hold no password', () => {
    expect(judge({ tls: { mode: 'None' } })).toHaveProperty('resource');
  });

  test('with TLS from the first byte may hold a password', () => {
    const auth = { username: 'id', passwordSecretRef: password };

    expect(judge({ port: 465, tls: { mode: 'TLS' }, auth })).toHaveProperty('resource');
  });

  test.for(['mail', 'mail.example.com', '10.0.0.1', '2001:db8::1'])('may name %s', (host) => {
    expect(judge({ host })).toHaveProperty('resource');
  });

  test.for([
    'smtp://mail.example.com',
    'mail.example.com:25',
    'mail..example.com',
    '-mail',
    'a b',
    '',
  ])('may not name %j', (host) => {
    expect(judge({ host })).toMatchObject({ errors: [{ field: 'spec.host' }] });
  });

  test.for([
    'id@example.com,evil@example.org',
    'ID <id@example.com>',
    'id',
    'id@',
    'id@example.com\n',
    'a b@example.com',
  ])('have no sender %j', (address) => {
    expect(judge({ from: { address } })).toMatchObject({
      errors: [{ field: 'spec.from.address' }],
    });
  });

  test('cannot smuggle a header in the name of the sender', () => {
    const from = { address: 'id@example.com', name: 'ID\nBcc: evil@example.org' };

    expect(judge({ from })).toMatchObject({ errors: [{ field: 'spec.from.name' }] });
  });
});

function judge(spec: object) {
  return validateManifest({
    apiVersion: 'permisolabs.eu/v1alpha1',
    kind: 'SMTPConfig',
    metadata: { name: 'default' },
    spec: { host: 'smtp.example.com', from: { address: 'id@example.com' }, ...spec },
  });
}
