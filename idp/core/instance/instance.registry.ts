import { randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Keyring } from '../encryption/keyring.ts';
import { hashToken } from '../encryption/token.ts';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';

const KEY_CHECK = { plaintext: 'permiso', place: 'instance/key_check' };
const CODE_PLACE = 'instance/bootstrap_code';

/** Throws `WrongEncryptionKey` unless this is the key the database was encrypted with. */
export async function assertEncryptionKey(em: EntityManager, keyring: Keyring): Promise<void> {
  const sealed = keyring.encrypt(KEY_CHECK.plaintext, KEY_CHECK.place);
  const [row] = await query<{ key_check: string }>(
    em,
    'update instance set key_check = coalesce(key_check, $1) returning key_check',
    [sealed],
  );
  keyring.decrypt(row?.key_check ?? '', KEY_CHECK.place);
}

/** Whether the first administrator is still to be made. Decided by a mark, never by counting people. */
export async function isSetUpOpen(em: EntityManager): Promise<boolean> {
  const [row] = await query<{ open: boolean }>(
    em,
    'select set_up_at is null as open from instance',
  );
  return row?.open ?? false;
}

export async function assertSetUpOpen(em: EntityManager): Promise<void> {
  if (!(await isSetUpOpen(em))) {
    throw closed();
  }
}

/** Closes set-up for good, as a compare-and-set: of parallel set-ups exactly one passes. */
export async function closeSetUp(em: EntityManager): Promise<void> {
  const rows = await query<object>(
    em,
    'update instance set set_up_at = now(), bootstrap_code = null where set_up_at is null returning id',
  );
  if (rows.length === 0) {
    throw closed();
  }
}

/** The code that set-up asks for, made once for all replicas; kept encrypted so that each of them can tell it. */
export async function ensureBootstrapCode(em: EntityManager, keyring: Keyring): Promise<string> {
  const made = keyring.encrypt(randomBytes(16).toString('hex'), CODE_PLACE);
  const [row] = await query<{ bootstrap_code: string }>(
    em,
    'update instance set bootstrap_code = coalesce(bootstrap_code, $1) returning bootstrap_code',
    [made],
  );
  return keyring.decrypt(row?.bootstrap_code ?? '', CODE_PLACE);
}

/** Compares hashes, so that the time taken says nothing about the code. */
export function assertBootstrapCode(expected: string, given: string): void {
  if (hashToken(expected) !== hashToken(given.trim())) {
    throw new Refusal(
      'bootstrap_code_wrong',
      'This is not the bootstrap code. It is printed in the log of the IdP, or was given to it as BOOTSTRAP_CODE',
    );
  }
}

function closed(): Refusal {
  return new Refusal(
    'set_up_closed',
    'Set-up is closed: an administrator exists. An administrator can promote further people on the page "Users"',
  );
}
