import { describe, expect, test } from 'vitest';
import type { OidcClientSpec } from '../oidc-client/oidc-client.crd.ts';
import { judgeClient, judgeGroup, type Tenancy } from './tenancy.rules.ts';

const TENANCY: Tenancy = {
  ownNamespace: 'permiso',
  rules: [
    { namespaces: ['open'], allowedCallbackHosts: ['*'] },
    { namespaces: ['team-a', 'team-b'], allowedCallbackHosts: ['*.apps.example.com', '::1'] },
    { namespaces: ['team-a'], allowPublicClients: true, allowClientIDs: true, allowGroups: true },
    { namespaces: ['team-a'], allowedCallbackHosts: ['wiki.example.com'], allowSkipConsent: true },
  ],
};

/** As the schema fills it in. */
const SPEC = {
  type: 'Confidential',
  adoption: 'Never',
  skipConsent: false,
} as OidcClientSpec;

function judge(namespace: string, spec: Partial<OidcClientSpec> = {}, tenancy = TENANCY) {
  const metadata = { namespace, name: 'app', uid: '', generation: 1 };
  return judgeClient({ kind: 'OIDCClient', metadata, spec: { ...SPEC, ...spec } }, tenancy);
}

const at = (...callbackURLs: string[]) => ({ callbackURLs });

describe('a client', () => {
  test.for<[string, string, Partial<OidcClientSpec>]>([
    ['below an allowed host', 'team-b', at('https://x.apps.example.com/cb')],
    ['in another case, and with a port', 'team-b', at('https://X.Apps.Example.com:8443?a')],
    ['at an address', 'team-b', at('http://[::1]:3000/')],
    [
      'that adds up several rules',
      'team-a',
      { ...at('com.app:/'), clientID: 'mine', skipConsent: true },
    ],
    ['anywhere, where any host is allowed', 'open', at('https://any.where/')],
    ['with its default client ID', 'team-b', { clientID: 'team-b.app' }],
    [
      'in the own namespace',
      'permiso',
      { ...at('https://any.where/'), type: 'Public', adoption: 'Overwrite' },
    ],
  ])('%s is allowed', ([, namespace, spec]) => {
    expect(judge(namespace, spec)).toBeNull();
  });

  test.for<[string, string, Partial<OidcClientSpec>, string]>([
    ['of a namespace without a rule', 'team-c', {}, 'NamespaceNotAllowed'],
    [
      'at a host that only ends alike',
      'team-b',
      at('https://evilapps.example.com/'),
      'CallbackHostNotAllowed',
    ],
    [
      'at the parent of a wildcard',
      'team-b',
      at('https://apps.example.com/'),
      'CallbackHostNotAllowed',
    ],
    [
      'at a host of another namespace',
      'team-b',
      at('https://wiki.example.com/'),
      'CallbackHostNotAllowed',
    ],
    [
      'with the host in the query',
      'team-b',
      at('https://evil.com/?.apps.example.com'),
      'CallbackHostNotAllowed',
    ],
    [
      'with the host before an @',
      'team-b',
      at('https://x.apps.example.com@evil.com/'),
      'CallbackHostNotAllowed',
    ],
    [
      'with the host behind a backslash',
      'team-b',
      at('https://evil.com\\.apps.example.com/'),
      'CallbackHostNotAllowed',
    ],
    [
      'with an encoded host',
      'team-b',
      at('https://evil.com%2f.apps.example.com/'),
      'CallbackHostNotAllowed',
    ],
    [
      'with a strange second callback',
      'team-b',
      at('https://x.apps.example.com/', 'https://evil.com/'),
      'CallbackHostNotAllowed',
    ],
    [
      'with a strange host after sign-out',
      'team-b',
      { logoutCallbackURLs: ['https://evil.com/'] },
      'CallbackHostNotAllowed',
    ],
    [
      'with a strange host on the dashboard',
      'team-b',
      { launchURL: 'https://evil.com/' },
      'CallbackHostNotAllowed',
    ],
    [
      'with a strange host behind the scenes',
      'team-b',
      { backchannelLogoutURL: 'https://evil.com/' },
      'CallbackHostNotAllowed',
    ],
    ['that is public', 'team-b', { type: 'Public' }, 'PublicClientNotAllowed'],
    ['in an app on a device', 'team-b', at('com.example.app:/cb'), 'PublicClientNotAllowed'],
    ['that skips consent', 'team-b', { skipConsent: true }, 'SkipConsentNotAllowed'],
    ['that adopts', 'team-a', { adoption: 'IfMatch' }, 'AdoptionNotAllowed'],
    ['with a client ID of its choice', 'team-b', { clientID: 'team-a.app' }, 'ClientIDNotAllowed'],
  ])('%s is refused', ([, namespace, spec, reason]) => {
    expect(judge(namespace, spec)).toEqual({
      reason,
      sentence: expect.stringContaining(namespace),
    });
  });

  test('is refused everywhere but in the own namespace when there is no rule', () => {
    const tenancy = { rules: [], ownNamespace: 'permiso' };

    expect(judge('team-a', {}, tenancy)?.reason).toBe('NamespaceNotAllowed');
    expect(judge('permiso', {}, tenancy)).toBeNull();
  });
});

test.for<[string, string, 'Never' | 'IfMatch', string | null]>([
  ['where a rule allows it', 'team-a', 'Never', null],
  ['in the own namespace', 'permiso', 'IfMatch', null],
  ['where no rule allows it', 'team-b', 'Never', 'GroupNotAllowed'],
  ['where there is no rule', 'team-c', 'Never', 'GroupNotAllowed'],
  ['that adopts where that is not allowed', 'team-a', 'IfMatch', 'AdoptionNotAllowed'],
])('a group %s', ([, namespace, adoption, reason]) => {
  const metadata = { namespace, name: 'admins', uid: '', generation: 1 };
  const spec = { adoption, membershipPolicy: 'Authoritative', deletionPolicy: 'Delete' } as const;

  expect(judgeGroup({ kind: 'Group', metadata, spec }, TENANCY)?.reason ?? null).toBe(reason);
});
