import { type Keyring, WrongEncryptionKey } from '#core';

export interface Sealing {
  keyring: Keyring;

  /** Where the ciphertext stands: `table/row/column`. */
  place: string;

  /** The ciphertext that stands there now. */
  stored: string | undefined;
}

/**
 * The password as the database holds it. Encrypting is random, so a password that is the same keeps its ciphertext:
 * otherwise every resync would look like a change.
 */
export function sealPassword(password: string, { keyring, place, stored }: Sealing): string {
  const isSame = stored !== undefined && open(stored, { keyring, place }) === password;
  // One that a previous key made is made anew, so that the previous key can go.
  return isSame && stored.includes(keyring.keyId) ? stored : keyring.encrypt(password, place);
}

function open(stored: string, { keyring, place }: Omit<Sealing, 'stored'>): string | null {
  try {
    return keyring.decrypt(stored, place);
  } catch (error) {
    // Then the IdP has other keys than we have, and could not read what we would write.
    if (error instanceof WrongEncryptionKey) {
      throw error;
    }
    return null;
  }
}
