import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import {
  type FederatedIdentity,
  isDatabaseAway,
  listFederatedClients,
  recordFederatedRefusal,
} from '#core';
import type { Services } from '../../http/services.ts';
import { currentOrigin } from '../request-origins.ts';
import { refuseClient } from './client-authentication.ts';
import type { ClientExtras } from './client-metadata.ts';
import { createIssuerKeys } from './federated-issuer.ts';
import { type FederatedToken, judgeFederatedToken, readFederatedToken } from './federated-token.ts';

type OidcContext = KoaContextWithOIDC['oidc'];
type Parameters = Record<string, unknown>;

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Stands where a client id or secret would, in requests that brought a token instead. No client id has a blank. */
const BY_TOKEN = 'by token';

/**
 * Lets a workload's own token stand for the client's secret, wherever clients prove themselves. oidc-provider knows
 * only assertions of the client about itself, so the token is taken out of the request as its parameters are read, and
 * judged where a secret would be compared. What was taken out is kept beside the request, where nothing that is sent
 * can put it.
 */
export function acceptFederatedTokens(provider: Provider, services: Services): void {
  const tokens = new WeakMap<OidcContext, FederatedToken>();
  const current = () => {
    const oidc = Provider.ctx?.oidc;
    const token = oidc && tokens.get(oidc);
    return oidc && token ? { oidc, token } : null;
  };

  takeTokens(provider, tokens);
  findClientsByToken(provider, services, current);
  compareTokens(provider, services, current);
}

type Current = () => { oidc: OidcContext; token: FederatedToken } | null;

function takeTokens(provider: Provider, tokens: WeakMap<OidcContext, FederatedToken>): void {
  const parameters = new WeakMap<OidcContext, Parameters>();
  Object.defineProperty(provider.OIDCContext.prototype, 'params', {
    get(this: OidcContext) {
      return parameters.get(this);
    },
    set(this: OidcContext, params: Parameters) {
      parameters.set(this, params);
      const token = findToken(this, params);
      if (token) {
        tokens.set(this, token);
        params.client_assertion = undefined;
        params.client_assertion_type = undefined;
        params.client_secret = BY_TOKEN;
        params.client_id ??= BY_TOKEN;
      }
    },
  });
}

/** Anything that is odd about the request is left for oidc-provider to refuse. */
function findToken(oidc: OidcContext, params: Parameters): FederatedToken | null {
  const { client_assertion: text, client_assertion_type: type, client_secret: secret } = params;
  const isAlone = secret === undefined && Provider.ctx?.headers.authorization === undefined;
  const isProof = typeof text === 'string' && type === ASSERTION_TYPE && isAlone && !oidc.client;
  return isProof ? readFederatedToken(text) : null;
}

/** Without a client id it is the one client that takes such a token. The first look-up of a request is for who asks. */
function findClientsByToken(provider: Provider, services: Services, current: Current): void {
  const { database, config } = services;
  const { Client } = provider;
  const find = Client.find.bind(Client);
  const findOnly = async ({ identity }: FederatedToken) => {
    const ids = await listFederatedClients(database.em.fork(), identity, config.APP_URL);
    if (ids.length > 1) {
      throw refuseClient('several clients accept this token; send client_id to say which is meant');
    }
    // Nobody has that id, but asking for it counts as one more guess (client-guessing.ts).
    return find(ids[0] ?? BY_TOKEN);
  };
  Client.find = async (id) => {
    const asking = current();
    if (!asking || asking.oidc.client) {
      return find(id);
    }
    const { oidc, token } = asking;
    const client = await (id === BY_TOKEN ? findOnly(token) : find(id));
    if (!client || client.clientAuthMethod === 'none') {
      throw refuse(token);
    }
    (oidc.params as Parameters).client_id = client.clientId;
    return client;
  };
}

function compareTokens(provider: Provider, services: Services, current: Current): void {
  const { prototype } = provider.Client;
  const { compareClientSecret } = prototype;
  const keySets = createIssuerKeys(services);
  const appUrl = services.config.APP_URL;
  prototype.compareClientSecret = async function (secret) {
    const asking = current();
    if (!asking) {
      return compareClientSecret.call(this, secret);
    }
    const { token } = asking;
    const { federated_credentials: credentials = [] } = this as Partial<ClientExtras>;
    const why = token.flaw ?? (await judgeFederatedToken(token, { credentials, keySets, appUrl }));
    if (why !== null) {
      const expected = credentials.map(({ name, ...one }) => ({ audience: appUrl, ...one }));
      const details = { why: toText(why), expected, said: toTexts(token.identity) };
      await record(services, this.clientId, details);
      throw refuse(token);
    }
    return true;
  };
}

async function record({ database }: Services, clientId: string, details: object): Promise<void> {
  const origin = currentOrigin();
  try {
    await recordFederatedRefusal(database.em.fork(), clientId, { details: { ...details }, origin });
  } catch (error) {
    // The answer is the same no.
    if (!isDatabaseAway(error)) {
      throw error;
    }
  }
}

/** Says what the token says and no more: which clients and credentials there are is for the audit log. */
function refuse({ flaw, identity }: FederatedToken): Error {
  const { issuer, subject, audiences } = toTexts(identity);
  return refuseClient(
    flaw ??
      `the client does not accept this token: a federated credential of it must name issuer ${issuer}, subject ${subject} and one of the audiences ${audiences.join(', ') || '(none)'}, and the issuer must have signed it; the audit log says what differs`,
  );
}

function toTexts({ issuer, subject, audiences }: FederatedIdentity): FederatedIdentity {
  return {
    issuer: toText(issuer),
    subject: toText(subject),
    audiences: audiences.slice(0, 8).map(toText),
  };
}

/** A stranger's words: bounded, and only what RFC 6749 §5.2 allows in a description. */
function toText(words: string): string {
  return words.slice(0, 512).replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '?');
}
