import { describe, expect, test } from 'vitest';
import { validateManifest } from '../crd/manifest.validation.ts';

describe('directory settings', () => {
  test('that name only the directory read Active Directory once an hour', () => {
    const verdict = judge({});

    expect(verdict).toMatchObject({
      resource: {
        spec: {
          preset: 'ActiveDirectory',
          allowPlaintext: false,
          tls: { startTLS: false, insecureSkipVerify: false },
          removedUsers: 'Disable',
          sync: { interval: '1h', maxRemovedPercent: 20 },
        },
      },
    });
  });

  test.for([
    ['ldap:// with TLS started', { url: 'ldap://a.example', tls: { startTLS: true } }],
    ['ldap:// when that is accepted in words', { url: 'ldap://a.example', allowPlaintext: true }],
    ['a user of Active Directory', { bind: bind('permiso@example.com') }],
    ['an attribute by its OID', { users: { attributes: { username: '2.5.4.3' } } }],
    ['an attribute with an option', { users: { attributes: { displayName: 'cn;lang-de' } } }],
    ['a filter of several', { groups: { filter: '(&(objectClass=group)(cn=*))' } }],
  ] as [string, object][])('may hold %s', ([, spec]) => {
    expect(judge(spec)).toHaveProperty('resource');
  });

  test.for([
    ['ldap:// in the clear', { url: 'ldap://a.example' }, 'spec.url'],
    ['a web address', { url: 'https://a.example' }, 'spec.url'],
    ['a password in the URL', { url: 'ldaps://cn:secret@a.example' }, 'spec.url'],
    ['TLS inside TLS', { tls: { startTLS: true } }, 'spec.tls.startTLS'],
    ['half a filter', { users: { filter: '(cn=*' } }, 'spec.users.filter'],
    [
      'a filter for an attribute',
      { groups: { attributes: { member: 'member)(cn=*' } } },
      'spec.groups.attributes.member',
    ],
    ['a share above all', { sync: { maxRemovedPercent: 101 } }, 'spec.sync.maxRemovedPercent'],
    ['a run every second', { sync: { interval: '1s' } }, 'spec.sync.interval'],
  ] as [string, object, string][])('may not hold %s', ([, spec, field]) => {
    expect(judge(spec)).toMatchObject({ errors: [{ field }] });
  });
});

function bind(dn: string) {
  return { dn, passwordSecretRef: { name: 'ldap', key: 'password' } };
}

function judge(spec: object) {
  return validateManifest({
    apiVersion: 'permisolabs.eu/v1alpha1',
    kind: 'LDAPConfig',
    metadata: { name: 'default' },
    spec: {
      url: 'ldaps://ldap.example.com',
      bind: bind('cn=permiso,dc=example,dc=com'),
      baseDN: 'dc=example,dc=com',
      ...spec,
    },
  });
}
