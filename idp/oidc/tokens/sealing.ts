import type { AdapterPayload } from 'oidc-provider';
import type { Keyring } from '#core';

/**
 * Parts of records that hold bearer values of others, and so may not lie open in the database: oidc-provider finds a
 * device code by what a person typed, and keeps session, device code and its own address beside the interaction. The
 * state of a session is the word by which a sign-out is confirmed.
 */
const SEALED: Record<string, string[]> = {
  DeviceCode: ['jti', 'userCode'],
  Interaction: ['session', 'deviceCode', 'result', 'lastSubmission', 'prompt', 'returnTo', 'cid'],
  Session: ['state'],
};

/** The payload as it is stored; its own id, where it is a bearer value, is in no column but hashed. */
export function seal(
  keyring: Keyring,
  { model, key }: { model: string; key: string },
  { jti, ...payload }: AdapterPayload,
): object {
  const names = SEALED[model];
  if (!names) {
    return payload;
  }
  const isSealed = ([name]: [string, unknown]) => names.includes(name);
  const entries = Object.entries({ ...payload, jti });
  const hidden = JSON.stringify(Object.fromEntries(entries.filter(isSealed)));
  return {
    ...Object.fromEntries(entries.filter((entry) => entry[0] !== 'jti' && !isSealed(entry))),
    sealed: keyring.encrypt(hidden, placeOf(key)),
  };
}

export function unseal(
  keyring: Keyring,
  key: string,
  { sealed, ...payload }: AdapterPayload & { sealed?: string },
): AdapterPayload {
  return sealed ? { ...payload, ...JSON.parse(keyring.decrypt(sealed, placeOf(key))) } : payload;
}

function placeOf(key: string): string {
  return `oidc_records/${key}/payload`;
}
