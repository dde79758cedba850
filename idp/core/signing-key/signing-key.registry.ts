import { generateKeyPair, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { SigningAlg } from '../client/client.declaration.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { query } from '../query.ts';
import { SigningKey } from './signing-key.entity.ts';
import { bySigningOrder, listDueSteps, type RotationStep } from './signing-key.rules.ts';

export interface PrivateJwk extends JsonWebKey {
  kid: string;
  alg: SigningAlg;
  use: 'sig';
}

const generatePair = promisify(generateKeyPair);

/** Makes the first key of each algorithm when there is none. Two replicas that start at once end with one set. */
export async function ensureSigningKeys(em: EntityManager, keyring: Keyring): Promise<void> {
  await rotateSigningKeys(em, keyring);
}

/**
 * Takes every step that is due; says which. Safe to repeat, and safe when several replicas do it at once. Time is
 * the database's, so that one replica's wrong clock cannot make a key that no other believes in.
 */
export async function rotateSigningKeys(
  em: EntityManager,
  keyring: Keyring,
  at?: Date,
): Promise<RotationStep[]> {
  const now = at ?? (await readClock(em));
  // Asked without the lock first, because nearly always nothing is due.
  if ((await listSteps(em.fork(), now)).length === 0) {
    return [];
  }
  return em.fork().transactional(async (tx) => {
    await query(tx, 'lock table signing_keys in share row exclusive mode');
    const steps = await listSteps(tx, now);
    for (const step of steps) {
      await take(tx, step, { keyring, now });
    }
    return steps;
  });
}

/** All keys that may verify a token, those that sign first. */
export async function listSigningKeys(em: EntityManager, keyring: Keyring): Promise<PrivateJwk[]> {
  const keys = await em.find(SigningKey, {});
  return keys
    .toSorted(bySigningOrder)
    .map(({ id, privateJwk }) => JSON.parse(keyring.decrypt(privateJwk, placeOf(id))));
}

async function readClock(em: EntityManager): Promise<Date> {
  const [row] = await query<{ milliseconds: number }>(
    em,
    'select (extract(epoch from now()) * 1000)::float8 as milliseconds',
  );
  return new Date(row?.milliseconds ?? Date.now());
}

async function listSteps(em: EntityManager, now: Date): Promise<RotationStep[]> {
  const [row] = await query<{ longest: number | null }>(
    em,
    'select max(greatest(access_token_lifetime, id_token_lifetime)) as longest from clients',
  );
  const keys = await em.find(SigningKey, {});
  return listDueSteps(keys, { now, longestLifetime: row?.longest ?? 0 });
}

async function take(
  em: EntityManager,
  step: RotationStep,
  { keyring, now }: { keyring: Keyring; now: Date },
): Promise<void> {
  switch (step.do) {
    case 'create': {
      const id = randomUUID();
      const jwk: PrivateJwk = { ...(await generate(step.alg)), kid: id, alg: step.alg, use: 'sig' };
      const privateJwk = keyring.encrypt(JSON.stringify(jwk), placeOf(id));
      const activatedAt = step.state === 'active' ? now : null;
      await em.insert(SigningKey, {
        id,
        alg: step.alg,
        state: step.state,
        privateJwk,
        createdAt: now,
        activatedAt,
      });
      return;
    }
    case 'activate':
      await query(
        em,
        `update signing_keys set state = 'retiring', retired_at = $2 where alg = $1 and state = 'active'`,
        [step.alg, now],
      );
      await query(em, `update signing_keys set state = 'active', activated_at = $2 where id = $1`, [
        step.id,
        now,
      ]);
      return;
    case 'remove':
      await em.nativeDelete(SigningKey, { id: step.id });
  }
}

async function generate(alg: SigningAlg): Promise<JsonWebKey> {
  const { privateKey } = await generateFor(alg);
  return privateKey.export({ format: 'jwk' });
}

function generateFor(alg: SigningAlg): Promise<{ privateKey: KeyObject }> {
  switch (alg) {
    case 'RS256':
      return generatePair('rsa', { modulusLength: 2048 });
    case 'ES256':
      return generatePair('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generatePair('ed25519');
  }
}

function placeOf(id: string): string {
  return `signing_keys/${id}/private_jwk`;
}
