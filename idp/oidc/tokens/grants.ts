import type { KoaContextWithOIDC } from 'oidc-provider';
import { type Database, type EntityManager, listConsentedScopes } from '#core';
import type { ClientExtras } from '../client/client-metadata.ts';

/**
 * The grant of this session and client, with exactly what the person agreed to (or the client need not ask for).
 * One grant a session: making a new one at each visit would kill the refresh tokens of the visit before.
 */
export function createGrantLoader(database: Database) {
  return async (ctx: KoaContextWithOIDC) => {
    const scopes = await listAllowedScopes(database, ctx);
    if (scopes.length === 0) {
      return undefined;
    }
    const { known, grant } = await findOrMakeGrant(ctx);
    const before = grant.getOIDCScope();
    grant.addOIDCScope(scopes.join(' '));
    if (!known || grant.getOIDCScope() !== before) {
      await grant.save();
    }
    return grant;
  };
}

async function listAllowedScopes(
  database: Database,
  { oidc }: KoaContextWithOIDC,
): Promise<string[]> {
  const { client, account } = oidc;
  if (!client || !account) {
    return [];
  }
  return (client as Partial<ClientExtras>).skip_consent
    ? [...oidc.requestParamScopes]
    : listConsentedScopes(database.em.fork(), account.accountId, client.clientId);
}

interface Issued {
  clientId: string;
  accountId: string;
  scope?: string | undefined;
}

/** Whether the person still agrees to what a token was issued for; a client that need not ask needs no consent. */
export async function isStillAgreed(
  em: EntityManager,
  client: object,
  { accountId, clientId, scope = '' }: Issued,
): Promise<boolean> {
  if ((client as Partial<ClientExtras>).skip_consent) {
    return true;
  }
  const agreed = new Set(await listConsentedScopes(em, accountId, clientId));
  return agreed.size > 0 && scope.split(' ').every((name) => name === '' || agreed.has(name));
}

async function findOrMakeGrant({ oidc }: KoaContextWithOIDC) {
  const { Grant } = oidc.provider;
  const clientId = oidc.client?.clientId ?? '';
  const accountId = oidc.account?.accountId ?? '';
  const held = oidc.session?.grantIdFor(clientId);
  const known = held ? await Grant.find(held) : undefined;
  return { known, grant: known ?? new Grant({ accountId, clientId }) };
}
