import type { JWK } from 'jose';
import { findIssuerKeys } from '#core';
import type { Services } from '../../http/services.ts';
import { createKeySets, type KeySets, readJson, readKeySet } from './key-sets.ts';

/**
 * The keys of those who issue tokens to workloads. Only issuers that a client names are ever asked for. A cluster
 * answers nobody but its own, so the operator brings what it says; all others are asked by us (OpenID Connect
 * Discovery 1.0 §4).
 */
export function createIssuerKeys({ database, outbound, log }: Services): KeySets {
  const discover = async (issuer: string) => {
    const document = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer: named, jwks_uri } = await readJson(outbound, document);
    if (named !== issuer) {
      throw new Error(`${document} speaks for another issuer`);
    }
    if (typeof jwks_uri !== 'string' || !isAsSafe(jwks_uri, issuer)) {
      throw new Error(`${document} names no jwks_uri that can be trusted`);
    }
    return readKeySet(outbound, jwks_uri);
  };
  return createKeySets({
    read: async (issuer) =>
      ((await findIssuerKeys(database.em.fork(), issuer)) as JWK[] | null) ?? discover(issuer),
    log,
  });
}

/** Keys that came in the clear would be anybody's. */
function isAsSafe(url: string, issuer: string): boolean {
  const protocol = URL.parse(url)?.protocol;
  return protocol === 'https:' || (protocol === 'http:' && issuer.startsWith('http:'));
}
