import type { FederatedCredential } from '../client/client.declaration.ts';

/** What a workload's token says of itself. */
export interface FederatedIdentity {
  issuer: string;
  subject: string;
  audiences: string[];
}

const SERVICE_ACCOUNT = /^(system:serviceaccount:[^:*]+):[^:*]+$/;

/** All three must be the very same. Without an audience a credential takes tokens for Permiso's own URL. */
export function isMatch(
  { issuer, subject, audience }: FederatedCredential,
  identity: FederatedIdentity,
  appUrl: string,
): boolean {
  return (
    issuer === identity.issuer &&
    subjectsFor(identity.subject).includes(subject) &&
    identity.audiences.includes(audience ?? appUrl)
  );
}

/** How a credential may name the subject: in full, or a service account by its namespace. */
export function subjectsFor(subject: string): string[] {
  const namespace = SERVICE_ACCOUNT.exec(subject)?.[1];
  // A token that calls itself by a pattern is nobody.
  const full = subject.includes('*') ? [] : [subject];
  return namespace ? [...full, `${namespace}:*`] : full;
}
