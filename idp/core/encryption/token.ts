import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, base64url: a bearer value that is told once and kept only as its hash. */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What the database keeps of a token. A fast hash is enough: the input is random, never chosen by a person. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
