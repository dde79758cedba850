import { describe, expect, test } from 'vitest';
import { createKeyring, WrongEncryptionKey } from '#core';
import { sealPassword } from './sealed-password.ts';

const PLACE = 'settings/smtp/password';
const before = createKeyring(['an encryption key of long ago']);
const keyring = createKeyring(['an encryption key of today', 'an encryption key of long ago']);

describe('a password for the database', () => {
  test('that stands there already keeps its ciphertext', () => {
    const stored = keyring.encrypt('secret', PLACE);

    expect(sealPassword('secret', { keyring, place: PLACE, stored })).toBe(stored);
  });

  test.for([
    ['there was none', undefined],
    ['there was another', keyring.encrypt('other', PLACE)],
    ['it was encrypted by the previous key', before.encrypt('secret', PLACE)],
    ['it was moved here from another place', keyring.encrypt('secret', 'settings/ldap/password')],
  ])('is encrypted by the key of today when %s', ([, stored]) => {
    const sealed = sealPassword('secret', { keyring, place: PLACE, stored });

    expect(sealed).not.toBe(stored);
    expect(sealed).toContain(keyring.keyId);
    expect(keyring.decrypt(sealed, PLACE)).toBe('secret');
  });

  test('is not written by a key that the IdP does not have', () => {
    const stored = createKeyring(['the encryption key of the IdP']).encrypt('secret', PLACE);

    expect(() => sealPassword('secret', { keyring, place: PLACE, stored })).toThrow(
      WrongEncryptionKey,
    );
  });
});
