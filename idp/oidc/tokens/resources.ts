import { errors, type KoaContextWithOIDC, Provider, type ResourceServer } from 'oidc-provider';
import { type Database, decideAccess, findClient, Refusal } from '#core';

const CLIENT_URN = 'urn:permiso:client:';

/**
 * RFC 8707: an access token for another registered client, named by its id, which is unique. Launch URLs would read
 * nicer, but whoever may declare a client could take somebody else's. The token says nothing by itself: its audience
 * asks us about it. The person must be allowed to use the audience as well.
 */
export function describeResource(database: Database) {
  return async ({ oidc }: KoaContextWithOIDC, resource: string): Promise<ResourceServer> => {
    const id = resource.startsWith(CLIENT_URN) ? resource.slice(CLIENT_URN.length) : '';
    const em = database.em.fork();
    const audience = id ? await findClient(em, id) : null;
    if (audience?.type !== 'confidential') {
      throw new errors.InvalidTarget(
        `a resource is ${CLIENT_URN} and the id of a confidential client`,
      );
    }
    const { account } = oidc;
    if (account && (await decideAccess(em, account.accountId, id)) instanceof Refusal) {
      throw new errors.InvalidTarget('this account may not use the resource');
    }
    return { audience: id, scope: '', accessTokenFormat: 'opaque' };
  };
}

/** RFC 6750 §3.1: here a token for somebody else is as good as none (401), and lacks no scope (403) that would mend it. */
export function refuseForeignTokensAtUserinfo({ AccessToken }: Provider): void {
  const { find } = AccessToken;
  AccessToken.find = async function (value, options) {
    const token = (await find.call(this, value, options)) as { aud?: unknown } | undefined;
    return token?.aud && Provider.ctx?.oidc.route === 'userinfo' ? undefined : token;
  } as typeof find;
}
