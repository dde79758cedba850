import { describe, expect, test } from 'vitest';
import { normalizeDn } from './ldap.dn.ts';

describe('two names of one entry are the same', () => {
  test.for<[string, string, string]>([
    ['in another case', 'UID=Ada,DC=Example,DC=com', 'uid=ada,dc=example,dc=com'],
    ['with blanks after commas', 'uid=ada, ou=people , dc=example', 'uid=ada,ou=people,dc=example'],
    ['with a comma escaped', 'cn=Lovelace\\, Ada,dc=example', 'cn=lovelace\\2C ada,dc=example'],
    ['with a comma in quotes', 'cn="Lovelace, Ada",dc=example', 'cn=Lovelace\\, Ada,dc=example'],
    ['with UTF-8 escaped', 'cn=Zo\\C3\\AB M\\C3\\BCller,dc=example', 'CN=Zoë Müller,dc=example'],
    ['with the old separator', 'uid=ada;dc=example', 'uid=ada,dc=example'],
    ['with two values in another order', 'uid=ada+cn=x,dc=e', 'cn=x+UID=ada,dc=e'],
    ['with a backslash', 'cn=a\\\\b,dc=e', 'cn=A\\5Cb,dc=e'],
    ['with more blanks inside', 'cn=Ada  Lovelace,dc=e', 'cn=ada lovelace,dc=e'],
  ])('%s', ([, one, other]) => {
    expect(normalizeDn(one)).toBe(normalizeDn(other));
  });
});

describe('names of two entries stay apart', () => {
  test.for<[string, string, string]>([
    ['by a comma inside and one between', 'cn=a\\,dc=e', 'cn=a,dc=e'],
    ['by a plus inside and one between', 'cn=a\\+uid=b,dc=e', 'cn=a+uid=b,dc=e'],
    ['by an escaped backslash before a comma', 'cn=a\\\\,dc=e', 'cn=a\\,dc=e'],
    ['by their letters', 'cn=Zoë,dc=e', 'cn=Zoe,dc=e'],
  ])('%s', ([, one, other]) => {
    expect(normalizeDn(one)).not.toBe(normalizeDn(other));
  });
});
