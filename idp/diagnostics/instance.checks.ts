import {
  assertEncryptionKey,
  isMigrated,
  judgeSigningKeys,
  listSigningKeys,
  readDatabaseClock,
  readDatabaseVersion,
  WrongEncryptionKey,
} from '#core';
import type { Check, Finding, Means } from './finding.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/** From here on tokens may be too young or too old for others, … */
const SKEW_SECONDS = 30;
/** … and here they are. */
const WRONG_SECONDS = 300;

export const INSTANCE_CHECKS: Check[] = [
  { id: 'address', run: checkAddress },
  { id: 'database', run: checkDatabase },
  { id: 'schema', run: checkSchema },
  { id: 'signing_keys', run: checkSigningKeys },
  { id: 'encryption_key', run: checkEncryptionKey },
  { id: 'clock', run: checkClock },
];

/** What the server can know. Whether a browser is at this address the page asks the browser. */
async function checkAddress({ services: { config } }: Means): Promise<Finding> {
  const { protocol, hostname } = new URL(config.APP_URL);
  const values = { address: config.APP_URL };
  const facts: Finding['facts'] = [
    ['appUrl', config.APP_URL],
    ['rpId', hostname],
    ...(config.INTERNAL_APP_URL
      ? [['internalUrl', config.INTERNAL_APP_URL] satisfies [string, string]]
      : []),
  ];
  if (protocol === 'https:') {
    return { status: 'ok', code: 'secure', values, facts };
  }
  return LOOPBACK.test(hostname)
    ? { status: 'ok', code: 'loopback', values, facts }
    : { status: 'failed', code: 'insecure', values, facts };
}

async function checkDatabase({ em }: Means): Promise<Finding> {
  const begun = performance.now();
  const version = await readDatabaseVersion(em);
  const milliseconds = Math.round(performance.now() - begun);
  return { status: 'ok', code: 'answers', values: { version, milliseconds } };
}

async function checkSchema({ services: { database } }: Means): Promise<Finding> {
  return (await isMigrated(database))
    ? { status: 'ok', code: 'current' }
    : { status: 'failed', code: 'behind' };
}

async function checkSigningKeys({ em }: Means): Promise<Finding> {
  const now = await readDatabaseClock(em);
  const { missing, isOverdue, active } = await judgeSigningKeys(em, now);
  const facts = active.map(({ alg, since }): [string, string] => [alg, since.toISOString()]);
  if (missing.length > 0) {
    return { status: 'failed', code: 'missing', values: { algs: missing.join(', ') }, facts };
  }
  return isOverdue
    ? { status: 'warning', code: 'overdue', facts }
    : { status: 'ok', code: 'current', facts };
}

/** Opens what this key must open. */
async function checkEncryptionKey({ em, services: { keyring } }: Means): Promise<Finding> {
  const facts: Finding['facts'] = [['keyId', keyring.keyId]];
  try {
    await assertEncryptionKey(em, keyring);
    await listSigningKeys(em, keyring);
    return { status: 'ok', code: 'fits', facts };
  } catch (error) {
    if (error instanceof WrongEncryptionKey) {
      return { status: 'failed', code: 'wrong', facts };
    }
    throw error;
  }
}

async function checkClock({ em }: Means): Promise<Finding> {
  const begun = Date.now();
  const database = (await readDatabaseClock(em)).getTime();
  const seconds = Math.round(Math.abs(database - (begun + Date.now()) / 2) / 1000);
  if (seconds <= SKEW_SECONDS) {
    return { status: 'ok', code: 'right', values: { seconds } };
  }
  const status = seconds > WRONG_SECONDS ? 'failed' : 'warning';
  return { status, code: 'differs', values: { seconds } };
}
