import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { type FederatedCredential, type FederatedIdentity, isMatch } from '#core';
import { ASSERTION_ALGS, CLOCK_TOLERANCE_SECONDS } from './client-authentication.ts';
import type { KeySets } from './key-sets.ts';

/** A token that a workload has from its own issuer, presented instead of a client's own assertion; not judged yet. */
export interface FederatedToken {
  text: string;
  kid: string | undefined;
  identity: FederatedIdentity;

  /** What is wrong with it, whoever is asked for; said to anybody. */
  flaw: string | null;
}

const ALGS: readonly string[] = ASSERTION_ALGS;

/** Null when it is no such token: a client's own assertion is by the client about itself (RFC 7523 §3). */
export function readFederatedToken(text: string): FederatedToken | null {
  try {
    const { alg, kid } = decodeProtectedHeader(text);
    const { iss, sub, aud, exp, nbf } = decodeJwt(text);
    const isOwn = typeof iss !== 'string' || typeof sub !== 'string' || iss === sub;
    if (isOwn) {
      return null;
    }
    const audiences = [aud ?? []].flat().filter((one) => typeof one === 'string');
    const flaw = findFlaw({ alg, exp, nbf });
    return { text, kid, flaw, identity: { issuer: iss, subject: sub, audiences } };
  } catch {
    return null;
  }
}

interface Validity {
  alg: string | undefined;
  exp: number | undefined;
  nbf: number | undefined;
}

function findFlaw({ alg, exp, nbf }: Validity): string | null {
  const now = Date.now() / 1000;
  if (!ALGS.includes(alg ?? '')) {
    return 'the token is not signed by an algorithm that is accepted';
  }
  if (typeof exp !== 'number') {
    return 'the token has no time at which it expires (exp)';
  }
  if (exp + CLOCK_TOLERANCE_SECONDS <= now) {
    return 'the token has expired; a workload must read it anew for each request';
  }
  const isEarly = nbf !== undefined && !(nbf - CLOCK_TOLERANCE_SECONDS <= now);
  return isEarly ? 'the token is not valid yet (nbf)' : null;
}

/** Null when one of the credentials takes the token, else why not: for the administrator, not for whoever sent it. */
export async function judgeFederatedToken(
  { text, kid, identity }: FederatedToken,
  {
    credentials,
    keySets,
    appUrl,
  }: { credentials: FederatedCredential[]; keySets: KeySets; appUrl: string },
): Promise<string | null> {
  const credential = credentials.find((one) => isMatch(one, identity, appUrl));
  if (!credential) {
    return 'no federated credential of the client names its issuer, subject and audience';
  }
  try {
    const keys = await keySets.find(credential.issuer, kid);
    // Tokens come from a file that the workload reads again and again, so they count until they expire.
    await jwtVerify(text, createLocalJWKSet({ keys }), {
      algorithms: [...ASSERTION_ALGS],
      issuer: credential.issuer,
      audience: credential.audience ?? appUrl,
      subject: identity.subject,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return null;
  } catch (error) {
    return `its signature cannot be trusted: ${(error as Error).message}`;
  }
}
