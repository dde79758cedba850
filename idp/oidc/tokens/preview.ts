import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type AuthorisedPerson, Refusal } from '#core';
import { authenticationMethods } from '../oidc.adapter.ts';
import { toAccount } from '../oidc.claims.ts';

export interface PreviewedTokens {
  idToken: Record<string, unknown>;
  userinfo: Record<string, unknown>;
}

/**
 * What an application would be told of a person who signs in now with a passkey. The very models that make real
 * tokens say it, up to the point where one would be signed: nothing is signed, stored or audited.
 */
export async function previewTokens(
  provider: Provider,
  person: AuthorisedPerson,
  { clientId, scope }: { clientId: string; scope: string },
): Promise<PreviewedTokens> {
  const client = await provider.Client.find(clientId);
  if (!client) {
    throw new Refusal('not_found', `There is no client "${clientId}"`);
  }
  const account = toAccount(person, provider.issuer);
  const ctx = { oidc: { account, client, provider } } as unknown as KoaContextWithOIDC;
  const available = await account.claims('id_token', scope, {}, []);
  const claims = new provider.Claims({ ...available }, { ctx, client });
  claims.scope(scope);
  return {
    idToken: await describeIdToken(provider, ctx, { client, scope, available }),
    userinfo: await claims.result(),
  };
}

async function describeIdToken(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  { client, scope, available }: { client: Client; scope: string; available: object },
): Promise<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000);
  const session = { ...authenticationMethods('passkey'), auth_time: now };
  const token = new provider.IdToken({ ...available, ...session }, { ctx, client });
  Object.assign(token, { scope });
  const lifetime = (provider.IdToken as unknown as Lasting).expiresIn(ctx, token, client);
  const { clientId: aud } = client;
  return { iss: provider.issuer, ...(await token.payload()), aud, iat: now, exp: now + lifetime };
}

/** Not in the library's types. */
interface Lasting {
  expiresIn(ctx: KoaContextWithOIDC, token: object, client: Client): number;
}
