import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { InvalidInput } from '../errors.ts';
import type { ClientDeclaration, ClientKey, FederatedCredential } from './client.declaration.ts';

const MOST_KEYS = 16;
const MOST_CREDENTIALS = 16;
const MOST_CHARACTERS = 512;
const LEAST_RSA_BITS = 2048;

const CURVES: Record<string, Set<string | undefined>> = {
  EC: new Set(['P-256', 'P-384', 'P-521']),
  OKP: new Set(['Ed25519']),
  RSA: new Set([undefined]),
};

/** Members of RFC 7518 §6 that only the holder of a key may know. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** RFC 7517 §4 and RFC 7518 §6, as far as they say what verifies a signature. */
const PUBLIC_MEMBERS = ['kty', 'kid', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y'];

const ALGS = /^([PRE]S(256|384|512)|EdDSA|Ed25519)$/;

/** The keys of an application that proves itself by its signature (RFC 7523). */
export function assertKeys({ type, jwks, jwksUrl }: ClientDeclaration): void {
  if (type === 'public' && (jwks || jwksUrl)) {
    throw new InvalidInput('jwks', 'a public client keeps no key of its own');
  }
  if (jwks && jwksUrl) {
    throw new InvalidInput('jwksUrl', 'keys are either given or looked up; remove one of them');
  }
  if (!jwks) {
    return;
  }
  if (jwks.keys.length === 0 || jwks.keys.length > MOST_KEYS) {
    throw new InvalidInput('jwks', `1 to ${MOST_KEYS} keys are needed`);
  }
  for (const [index, key] of jwks.keys.entries()) {
    assertKey(`jwks.keys[${index}]`, key);
  }
  const ids = jwks.keys.flatMap(({ kid }) => kid ?? []);
  if (new Set(ids).size < ids.length) {
    throw new InvalidInput('jwks', 'two keys have the same kid');
  }
}

function assertKey(field: string, key: ClientKey): void {
  if (PRIVATE_MEMBERS.some((member) => member in key)) {
    throw new InvalidInput(
      field,
      'is a private or symmetric key; whoever has read it can pose as the application, so make a new pair and give the public part only',
    );
  }
  if (!CURVES[key.kty]?.has(key.crv)) {
    throw new InvalidInput(
      field,
      'must be an RSA key, an EC key on P-256, P-384 or P-521, or an OKP key on Ed25519',
    );
  }
  const stranger = Object.keys(key).find((member) => !PUBLIC_MEMBERS.includes(member));
  if (stranger !== undefined) {
    throw new InvalidInput(
      field,
      `has the member "${stranger.slice(0, 80)}", which nobody reads here; leave ${PUBLIC_MEMBERS.join(', ')}`,
    );
  }
  if (key.alg !== undefined && !ALGS.test(key.alg)) {
    throw new InvalidInput(field, `signs with "${key.alg.slice(0, 80)}", which is not accepted`);
  }
  if (key.use !== undefined && key.use !== 'sig') {
    throw new InvalidInput(field, 'is not meant for signatures; its use must be sig or absent');
  }
  const bits = readModulusLength(field, key);
  if (bits !== undefined && bits < LEAST_RSA_BITS) {
    throw new InvalidInput(field, `has ${bits} bits; an RSA key needs at least ${LEAST_RSA_BITS}`);
  }
}

function readModulusLength(field: string, key: ClientKey): number | undefined {
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return asymmetricKeyDetails?.modulusLength;
  } catch {
    throw new InvalidInput(field, 'is not a complete public key (RFC 7517)');
  }
}

/** Whose tokens stand for the client. */
export function assertFederatedCredentials({
  type,
  federatedCredentials,
}: ClientDeclaration): void {
  if (type === 'public' && federatedCredentials.length > 0) {
    throw new InvalidInput('federatedCredentials', 'a public client has no token of its own');
  }
  if (federatedCredentials.length > MOST_CREDENTIALS) {
    throw new InvalidInput('federatedCredentials', `at most ${MOST_CREDENTIALS} are allowed`);
  }
  const names = federatedCredentials.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new InvalidInput('federatedCredentials', 'two have the same name');
  }
  if (names.some((name) => name.length > 63 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))) {
    throw new InvalidInput(
      'federatedCredentials',
      'the name of each is made of a-z, 0-9 and "-", at most 63 of them, and begins and ends with a letter or digit',
    );
  }
  federatedCredentials.forEach(assertFederatedCredential);
}

function assertFederatedCredential({ issuer, subject, audience }: FederatedCredential): void {
  const texts = [issuer, subject, ...(audience === undefined ? [] : [audience])];
  if (texts.some((text) => text === '' || text.length > MOST_CHARACTERS)) {
    throw new InvalidInput(
      'federatedCredentials',
      `issuer, subject and audience have 1 to ${MOST_CHARACTERS} characters`,
    );
  }
  if (issuer.includes('?')) {
    throw new InvalidInput('federatedCredentials', `the issuer "${issuer}" must not carry a query`);
  }
  // Only Kubernetes promises that what follows the namespace cannot be chosen from outside it.
  if (subject.includes('*') && !/^system:serviceaccount:[a-z0-9-]+:\*$/.test(subject)) {
    throw new InvalidInput(
      'federatedCredentials',
      `"${subject}" must be written out in full; a wildcard is allowed only as system:serviceaccount:<namespace>:*`,
    );
  }
}
