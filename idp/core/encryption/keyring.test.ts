import { describe, expect, test } from 'vitest';
import { createKeyring, WrongEncryptionKey } from './keyring.ts';

const PLACE = 'signing_keys/1/private_jwk';

describe('an encrypted secret', () => {
  test('opens with its key at its place, and looks different each time', () => {
    const keyring = createKeyring(['the first key of all']);

    const [one, two] = [keyring.encrypt('secret', PLACE), keyring.encrypt('secret', PLACE)];

    expect(keyring.decrypt(one, PLACE)).toBe('secret');
    expect(one).not.toBe(two);
    expect(one).toContain(keyring.keyId);
  });

  test('does not open at another row, so that rows cannot be swapped', () => {
    const keyring = createKeyring(['the first key of all']);
    const sealed = keyring.encrypt('secret', PLACE);

    expect(() => keyring.decrypt(sealed, 'signing_keys/2/private_jwk')).toThrow();
  });

  test('does not open when one bit of it was changed', () => {
    const keyring = createKeyring(['the first key of all']);
    const sealed = keyring.encrypt('secret', PLACE);
    const broken = sealed.slice(0, -2) + (sealed.at(-2) === 'A' ? 'B' : 'A') + sealed.at(-1);

    expect(() => keyring.decrypt(broken, PLACE)).toThrow();
  });

  test('survives the rotation of the key, and is written with the new one from then on', () => {
    const before = createKeyring(['the first key of all']);
    const after = createKeyring(['the second key of all', 'the first key of all']);
    const sealed = before.encrypt('secret', PLACE);

    expect(after.decrypt(sealed, PLACE)).toBe('secret');
    expect(after.encrypt('secret', PLACE)).toContain(after.keyId);
    expect(after.keyId).not.toBe(before.keyId);
  });

  test('says which key it needs when that key is missing', () => {
    const sealed = createKeyring(['the first key of all']).encrypt('secret', PLACE);
    const other = createKeyring(['some other key entirely']);

    expect(() => other.decrypt(sealed, PLACE)).toThrow(WrongEncryptionKey);
    expect(() => other.decrypt(sealed, PLACE)).toThrow('another ENCRYPTION_KEY');
  });
});
