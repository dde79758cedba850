import { describe, expect, test } from 'vitest';
import { validateManifest } from '../crd/manifest.validation.ts';

describe('a callback URL', () => {
  test.for([
    ['https://wiki.example.com', 'an origin'],
    ['https://wiki.example.com/callback?tenant=1', 'a query is part of the comparison'],
    ['https://wiki.example.com:8443/', 'a port'],
    ['https://[2001:db8::1]/callback', 'an IPv6 address'],
    ['https://10.0.0.1/callback', 'an address with a certificate is as good as a name'],
    ['http://localhost:3000/callback', 'a developer at work'],
    ['http://127.0.0.1/callback', 'RFC 8252 §7.3'],
    ['http://[::1]:49152/callback', 'RFC 8252 §7.3'],
    ['com.example.app:/callback', 'RFC 8252 §7.1'],
    ['https://wiki.example.com/a%20b', 'an encoded blank is none'],
  ])('%s is accepted: %s', ([url]) => {
    expect(refusalsOf({ callbackURLs: [url] })).toEqual([]);
  });

  test.for([
    ['http://wiki.example.com/callback', 'the code would cross the network in the clear'],
    ['http://127.0.0.2/callback', 'only the three loopback names are certain'],
    ['http://localhost@evil.example/', 'the host stands behind the @'],
    ['http://localhost:3000@evil.example/', 'the port is a password here'],
    ['http://[::1].evil.example/', 'an address goes no further than its bracket'],
    ['https://wiki.example.com@evil.example/', 'the host stands behind the @'],
    ['https:/callback', 'no host'],
    ['https://?a=b', 'no host'],
    ['https://wiki.example.com/#done', 'RFC 6749 §3.1.2'],
    ['https://*.example.com/', 'a wildcard opens hosts that nobody has judged'],
    ['https://wiki.example.com\\@evil.example/', 'browsers read a backslash as a slash'],
    ['https://wiki.example.com/call\tback', 'browsers drop a tab'],
    ['https://wiki.example.com/\n', 'browsers drop a line break'],
    ['https://wiki.example.com/\u00e9', 'a URL is ASCII'],
    ['https://wiki.example.com/\u00a0', 'not every blank is a space'],
    [' https://wiki.example.com/', 'browsers drop a blank'],
    ['JavaScript:alert(1)', 'a scheme is compared in lower case'],
    ['javascript:alert(1)', 'runs in the page'],
    ['vbscript:msgbox', 'runs in the page'],
    ['data:text/html,hello', 'is a page of its own'],
    ['blob:https://wiki.example.com/1', 'is a page of its own'],
    ['file:/etc/passwd', 'reads the disk'],
    ['about:blank', 'is a page of its own'],
    ['view-source:https://wiki.example.com/', 'is a page of the browser'],
    ['ftp://wiki.example.com/', 'no application listens there'],
    ['ws://wiki.example.com/', 'no browser goes there'],
    ['wss://wiki.example.com/', 'no browser goes there'],
    ['wiki.example.com:443/callback', 'a host is not a scheme'],
    ['//wiki.example.com/callback', 'not absolute'],
    ['callback', 'not absolute'],
    ['https://wiki.example.com:port/', 'a port is a number'],
    ['https://wiki.example.com:65536/', 'there are 65,535 ports'],
  ])('%j is refused: %s', ([url]) => {
    const refusals = refusalsOf({ callbackURLs: [url] });

    expect(refusals.map(({ field }) => field)).toContain('spec.callbackURLs[0]');
  });
});

describe('a duration', () => {
  test.for(['1m', '60s', '90000ms', '1.5h', '1h30m', '720h', '8760h'])('%s is read', (span) => {
    expect(refusalsOf({ tokenLifetimes: { accessToken: span } })).toEqual([]);
  });

  test.for([
    '59s',
    '59999ms',
    '8760h1s',
    '9999999999h',
    '1d',
    '1w',
    'P1D',
    '15',
    '-1h',
    '1 h',
    '1h ',
    '',
  ])('%j is refused', (span) => {
    expect(refusalsOf({ tokenLifetimes: { accessToken: span } })).toMatchObject([
      { field: 'spec.tokenLifetimes.accessToken' },
    ]);
  });
});

describe('a client', () => {
  test('that only machines use needs no callback URL', () => {
    expect(refusalsOf({ callbackURLs: null, grantTypes: ['client_credentials'] })).toEqual([]);
  });

  test('of a television may renew what the device code began', () => {
    const grantTypes = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'];

    expect(refusalsOf({ callbackURLs: null, grantTypes })).toEqual([]);
  });

  test('may be closed to everybody, which needs no groups', () => {
    expect(refusalsOf({ access: { mode: 'Nobody' } })).toEqual([]);
  });

  test('may name a group of another script, which LDAP may bring', () => {
    expect(refusalsOf({ access: { mode: 'Groups', groups: ['Büro Köln'] } })).toEqual([]);
  });

  test('may take the tokens of a whole namespace', () => {
    expect(
      refusalsOf({ federatedCredentials: [federated('system:serviceaccount:apps:*')] }),
    ).toEqual([]);
  });

  test.for([
    'system:serviceaccount:*',
    'system:serviceaccount:*:*',
    'system:serviceaccount:apps:web-*',
    'repo:example/app:*',
    '*',
  ])('takes no tokens by the pattern %s', (subject) => {
    expect(refusalsOf({ federatedCredentials: [federated(subject)] })).toMatchObject([
      { field: 'spec.federatedCredentials[0].subject' },
    ]);
  });

  test('may give its secret an overlap as long as the interval', () => {
    const rotation = { interval: '24h', overlap: '1440m' };

    expect(refusalsOf({ credentials: { rotation } })).toEqual([]);
  });

  test('may bring a secret when the operator writes to another', () => {
    const credentials = {
      secretRef: { name: 'wiki-oidc', key: 'client-secret' },
      output: { secretName: 'wiki-env' },
    };

    expect(refusalsOf({ credentials })).toEqual([]);
  });
});

function federated(subject: string) {
  return { name: 'pods', issuer: 'https://kubernetes.default.svc', subject };
}

function refusalsOf(spec: object) {
  const verdict = validateManifest({
    apiVersion: 'permisolabs.eu/v1alpha1',
    kind: 'OIDCClient',
    metadata: { name: 'wiki' },
    spec: { callbackURLs: ['https://wiki.example.com/callback'], ...spec },
  });
  return 'errors' in verdict ? verdict.errors : [];
}
