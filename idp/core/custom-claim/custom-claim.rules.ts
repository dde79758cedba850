import { InvalidInput } from '../errors.ts';

/** What an administrator adds to somebody's ID token and userinfo. */
export interface CustomClaim {
  key: string;

  /** Taken as JSON where it is more than a text. */
  value: string;
}

/** RFC 7519 §4.1, RFC 7800, OpenID Connect Core 1.0 §2 and §5.6.2, and the logout specifications: facts about the token. */
export const TOKEN_CLAIMS =
  'iss sub aud exp iat nbf jti nonce azp acr amr auth_time at_hash c_hash s_hash sid cnf _claim_names _claim_sources'.split(
    ' ',
  );

/** OpenID Connect Core 1.0 §5.1, as far as Permiso fills them from the person. */
export const PERSON_CLAIMS =
  'name email email_verified preferred_username given_name family_name picture locale groups updated_at'.split(
    ' ',
  );

export const MAX_CUSTOM_CLAIMS = 50;
export const MAX_KEY_LENGTH = 128;
export const MAX_VALUE_LENGTH = 2048;
const KEY = /^[!-~]+$/;

/** The one place where custom claims are judged, of people and of groups, whoever sets them. */
export function assertCustomClaims(claims: CustomClaim[]): void {
  if (claims.length > MAX_CUSTOM_CLAIMS) {
    throw refused(`at most ${MAX_CUSTOM_CLAIMS} are allowed; there are ${claims.length}`);
  }
  const keys = new Set<string>();
  for (const { key, value } of claims) {
    assertKey(key);
    if (keys.has(key)) {
      throw refused(`"${key}" is there twice`);
    }
    if (value.length > MAX_VALUE_LENGTH) {
      throw refused(`the value of "${key}" has more than ${MAX_VALUE_LENGTH} characters`);
    }
    if (value.includes('\0') || !value.isWellFormed()) {
      throw refused(`the value of "${key}" has characters that are none`);
    }
    keys.add(key);
  }
}

function assertKey(key: string): void {
  if (!KEY.test(key) || key.length > MAX_KEY_LENGTH || key === '__proto__') {
    throw refused(
      `"${key.slice(0, 80)}" is no name of a claim: 1 to ${MAX_KEY_LENGTH} letters, digits and signs without blanks`,
    );
  }
  if (TOKEN_CLAIMS.includes(key)) {
    throw refused(
      `"${key}" is a fact about the token that applications trust; choose another name`,
    );
  }
  if (PERSON_CLAIMS.includes(key)) {
    throw refused(`"${key}" is filled from the person who signs in; choose another name`);
  }
}

function refused(why: string): InvalidInput {
  return new InvalidInput('customClaims', `Custom claims were not accepted: ${why}`);
}

/** The first of two with one name wins. */
export function toClaims(claims: CustomClaim[]): Record<string, unknown> {
  return Object.fromEntries(claims.toReversed().map(({ key, value }) => [key, toValue(value)]));
}

/** JSON where it is more than a text: `["a"]`, `{"b":1}`, `7`, `true`; all else as it was written. */
function toValue(value: string): unknown {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' || parsed === null ? value : parsed;
  } catch {
    return value;
  }
}
