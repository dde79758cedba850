import { InvalidInput, type Keyring } from '#core';

interface Kept {
  /** What the password is called in what was sent. */
  field: string;
  keyring: Keyring;
  place: string;

  /** The sealed one that is stored, if there is one. */
  stored: string | undefined;

  /** Whether the stored one would go where it was meant to go, and no less protected. */
  isSameServer: boolean;

  /** How people know the server that is wanted. */
  server: string;
}

/**
 * The password to store: what was given, else the one that is there. That goes nowhere but to the server it was given
 * for, or whoever can change settings could have it sent to a server of their own.
 */
export function sealOrKeep(
  given: string | undefined,
  { field, keyring, place, stored, isSameServer, server }: Kept,
): string {
  if (given !== undefined) {
    return keyring.encrypt(given, place);
  }
  if (stored === undefined) {
    throw new InvalidInput(field, `A user name at ${server} needs its password`);
  }
  if (!isSameServer) {
    throw new InvalidInput(
      field,
      `The password that is kept was given for another server, or for a better protected connection. Enter the one for ${server}`,
    );
  }
  return stored;
}
