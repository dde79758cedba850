import { hashToken } from '../encryption/token.ts';
import { ChangedMeanwhile, InvalidInput } from '../errors.ts';
import type { User } from './user.entity.ts';

export interface PersonDetails {
  username: string;
  displayName: string;
  email: string;
}

const USERNAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

// One addr-spec (RFC 5321 §4.1.2), without quoting or comments: nodemailer would split `a@b,c@d` in two.
const EMAIL =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

// Surrogates without their other half included: no database keeps them.
const CONTROL = /[\p{Cc}\p{Cs}]/u;

/** Trims what people add by accident, then refuses what no rule allows, naming the field. */
export function toPersonDetails(input: PersonDetails): PersonDetails {
  const username = input.username.trim();

  if (!USERNAME.test(username)) {
    throw new InvalidInput(
      'username',
      'A username has 1 to 64 lower-case letters, digits, dots, hyphens or underscores, and begins and ends with a letter or digit',
    );
  }
  const displayName = toDisplayName(input.displayName);
  return { username, displayName, email: toEmailAddress(input.email) };
}

/** Exactly one recipient, or a refusal that names the field. */
export function toEmailAddress(input: string, field = 'email'): string {
  const email = input.trim();
  if (!isEmailAddress(email)) {
    throw new InvalidInput(field, `"${email.slice(0, 80)}" is not an email address`);
  }
  return email;
}

export function toDisplayName(input: string, field = 'displayName'): string {
  const displayName = input.trim();
  if (displayName === '' || CONTROL.test(displayName)) {
    throw new InvalidInput(field, 'A name has at least one character and no line breaks');
  }
  return displayName;
}

/** Exactly one mailbox: what a mail program could read as several is none. */
export function isEmailAddress(text: string): boolean {
  return EMAIL.test(text);
}

/** Refuses when somebody else has changed the account since; null goes ahead. */
export function assertSeen(user: User, seen: string | null): void {
  if (seen !== null && seen !== versionOfUser(user)) {
    throw new ChangedMeanwhile();
  }
}

/** Changes with what administrators change; not with sessions, passkeys and groups, which have calls of their own. */
export function versionOfUser(user: User): string {
  const { displayName, email, emailVerified, isAdmin, disabledAt, customClaims, owner } = user;
  const claims = customClaims.map(({ key, value }) => [key, value]);
  return hashToken(
    JSON.stringify([
      displayName,
      email,
      emailVerified,
      isAdmin,
      Boolean(disabledAt),
      claims,
      owner,
    ]),
  );
}
