import type { Account, Provider } from 'oidc-provider';
import type { AuthorisedPerson, Refusal } from '#core';
import { toImagePath } from '../images/image-path.ts';

/** Which claims a scope opens (OpenID Connect Core §5.4; `groups` is ours). */
export const CLAIMS_OF_SCOPE = {
  // `amr` and `auth_time` come from the session, and say truly how and when the person proved presence.
  openid: ['sub', 'amr', 'auth_time'],
  profile: ['name', 'preferred_username', 'picture'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
};

/** An account with what its groups add, under names that nobody can know beforehand. */
interface ClaimingAccount extends Account {
  customClaims: Record<string, unknown>;
}

/** A person as oidc-provider sees them. One function says the claims, for ID token and userinfo alike. */
export function toAccount(person: AuthorisedPerson, appUrl: string): ClaimingAccount {
  return {
    accountId: person.id,
    customClaims: person.customClaims,
    claims: () => ({
      sub: person.id,
      name: person.displayName,
      preferred_username: person.username,
      ...(person.picture && { picture: `${appUrl}${toImagePath(person.picture)}` }),
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

/** oidc-provider keeps only claims that were configured by name; ours follow it, and never replace one of its own. */
export function addCustomClaims(provider: Provider): void {
  const { prototype } = (provider as unknown as { Claims: { prototype: ClaimsModel } }).Claims;
  const { result } = prototype;
  prototype.result = async function () {
    const account = this.ctx?.oidc.account as ClaimingAccount | undefined;
    return { ...account?.customClaims, ...(await result.call(this)) };
  };
}

interface ClaimsModel {
  ctx?: { oidc: { account?: Account } };
  result(): Promise<Record<string, unknown>>;
}
