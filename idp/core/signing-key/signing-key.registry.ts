import { generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { SigningAlg } from '../client/client.declaration.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { query } from '../query.ts';
import { SigningKey } from './signing-key.entity.ts';

export interface PrivateJwk extends JsonWebKey {
  kid: string;
  alg: SigningAlg;
  use: 'sig';
}

const ALGS: SigningAlg[] = ['RS256', 'ES256', 'EdDSA'];

/** Makes the first key of each algorithm when there is none. Two replicas that start at once end with one set. */
export async function ensureSigningKeys(em: EntityManager, keyring: Keyring): Promise<void> {
  await em.transactional(async (tx) => {
    await query(tx, 'lock table signing_keys in share row exclusive mode');
    for (const alg of ALGS) {
      const exists = await tx.count(SigningKey, { alg, state: 'active' });
      if (exists === 0) {
        const id = randomUUID();
        const jwk: PrivateJwk = { ...generate(alg), kid: id, alg, use: 'sig' };
        const privateJwk = keyring.encrypt(JSON.stringify(jwk), placeOf(id));
        tx.persist(tx.create(SigningKey, { id, alg, state: 'active', privateJwk }));
      }
    }
  });
}

/** All keys that may verify a token, those that sign first. */
export async function listSigningKeys(em: EntityManager, keyring: Keyring): Promise<PrivateJwk[]> {
  const keys = await em.find(SigningKey, {}, { orderBy: { state: 'asc', createdAt: 'asc' } });
  return keys.map(({ id, privateJwk }) => JSON.parse(keyring.decrypt(privateJwk, placeOf(id))));
}

function generate(alg: SigningAlg): JsonWebKey {
  switch (alg) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
        format: 'jwk',
      });
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        format: 'jwk',
      });
    case 'EdDSA':
      return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  }
}

function placeOf(id: string): string {
  return `signing_keys/${id}/private_jwk`;
}
