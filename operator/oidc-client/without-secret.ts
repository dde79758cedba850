import { expireOtherClientSecrets, type KnownSecret } from '#core';
import type { Aspect, Context } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import { credentialsOf } from './client-credentials.ts';
import type { OidcClientSpec } from './oidc-client.crd.ts';

type OidcClient = Resource<OidcClientSpec>;

/** A client that proves itself otherwise has a secret only when its author writes `credentials`. */
export function hasSecret({ spec }: OidcClient): boolean {
  const provesItself = spec.jwks ?? spec.jwksURL ?? spec.federatedCredentials?.[0];
  return spec.type === 'Confidential' && (spec.credentials !== undefined || !provesItself);
}

/** Ends what an earlier version of the resource asked for. A Secret that is left in the cluster opens nothing. */
export async function withdrawCredentials(
  resource: OidcClient,
  { transact, credentials, now }: Context,
  { clientId, living }: { clientId: string; living: KnownSecret[] },
): Promise<{ aspect: Aspect }> {
  if (living.some(({ source }) => source === 'declared')) {
    await credentials.remove(credentialsOf(resource));
    await transact((em) => expireOtherClientSecrets(em, clientId, { keep: null, at: now }));
  }
  const message =
    'the client proves itself by its keys or federated credentials; write credentials to give it a secret as well';
  return { aspect: { type: 'CredentialsReady', status: 'True', reason: 'NoSecret', message } };
}
