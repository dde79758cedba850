import type { Account } from 'oidc-provider';
import type { AuthorisedPerson, Refusal } from '#core';

/** Which claims a scope opens (OpenID Connect Core §5.4; `groups` is ours). */
export const CLAIMS_OF_SCOPE = {
  // `amr` and `auth_time` come from the session, and say truly how and when the person proved presence.
  openid: ['sub', 'amr', 'auth_time'],
  profile: ['name', 'preferred_username'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
};

/** A person as oidc-provider sees them. One function says the claims, for ID token and userinfo alike. */
export function toAccount(person: AuthorisedPerson): Account {
  return {
    accountId: person.id,
    claims: () => ({
      sub: person.id,
      name: person.displayName,
      preferred_username: person.username,
      email: person.email,
      email_verified: person.emailVerified,
      groups: person.groups,
    }),
  };
}

/** Somebody who is signed in and may not use this client: known to the refusal page, but without claims. */
export interface RefusedAccount extends Account {
  refusal: Refusal;
}

export function toRefusedAccount(id: string, refusal: Refusal): RefusedAccount {
  return {
    accountId: id,
    refusal,
    claims: () => {
      throw refusal;
    },
  };
}

export function refusalOf(account: Account | undefined): Refusal | undefined {
  return (account as RefusedAccount | undefined)?.refusal;
}
