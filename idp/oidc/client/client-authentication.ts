import { timingSafeEqual } from 'node:crypto';
import { decodeProtectedHeader, type JWK } from 'jose';
import {
  type Client,
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { hashToken } from '#core';
import type { Services } from '../../http/services.ts';
import type { ClientExtras } from './client-metadata.ts';
import { createKeySets, type KeySets, readKeySet } from './key-sets.ts';

/** Signatures only, nothing symmetric: otherwise a public key would do as the secret of an HMAC. */
export const ASSERTION_ALGS = [
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;

export const CLOCK_TOLERANCE_SECONDS = 15;

/** An assertion is remembered until it expires, so that it counts once; none may ask us to remember for long. */
const LONGEST_ASSERTION_SECONDS = 300;

type RegisteredClient = Client & Partial<ClientExtras>;

/** Confidential clients prove themselves by a secret or by a signature (RFC 7523), with whichever they have. */
export function clientAuthentication(): Configuration {
  return {
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    assertJwtClientAuthClaimsAndHeader: async (_ctx, { exp }) => {
      const longest = Date.now() / 1000 + LONGEST_ASSERTION_SECONDS + CLOCK_TOLERANCE_SECONDS;
      if (Number(exp) > longest) {
        throw refuseClient('a client assertion may be valid for at most 5 minutes');
      }
    },
  };
}

/** oidc-provider's no, with words for whoever configures the application. They must not tell who exists. */
export function refuseClient(description: string): Error {
  return Object.assign(new errors.InvalidClientAuth(description), {
    error_description: description,
  });
}

/**
 * oidc-provider knows one method for each client. Here a client that has both may use both, such as while it moves
 * from a secret to a key; what it has none of never works.
 */
export function authenticateByWhatClientsHave(
  provider: Provider,
  { outbound, log, config }: Services,
): void {
  const keySets = createKeySets({ read: (url) => readKeySet(outbound, url), log });
  Object.defineProperty(provider.Client.prototype, 'clientAuthMethod', {
    get(this: RegisteredClient) {
      const isPublic = this.tokenEndpointAuthMethod === 'none';
      const method = isAssertion(Provider.ctx) && hasKeys(this) ? 'private_key_jwt' : undefined;
      return isPublic ? 'none' : (method ?? 'client_secret_basic');
    },
  });
  provider.Client.prototype.compareClientSecret = compareByHash;
  loadPublishedKeys(provider, keySets);
  acceptInternalAudience(provider, config);
}

/** Secrets are kept as SHA-256 of random values; several may live side by side during rotation. */
function compareByHash(this: Partial<ClientExtras>, secret: string): boolean {
  const given = Buffer.from(hashToken(secret));
  return (this.secret_hashes ?? [])
    .map((hash) => timingSafeEqual(Buffer.from(hash), given))
    .includes(true);
}

function isAssertion(ctx: KoaContextWithOIDC | undefined): boolean {
  return ctx?.oidc.params?.client_assertion !== undefined;
}

function hasKeys({ jwks, key_set_url }: RegisteredClient): boolean {
  return Boolean(jwks ?? key_set_url);
}

/**
 * Left to itself, oidc-provider would believe a key that was withdrawn until some other signature fails, and ask for
 * the keys each time one does. So it is handed the keys of this moment whenever a client is about to be judged by them.
 */
function loadPublishedKeys(provider: Provider, keySets: KeySets): void {
  const { Client } = provider;
  const find = Client.find.bind(Client);
  Client.find = async (id) => {
    const client = (await find(id)) as RegisteredClient | undefined;
    const ctx = Provider.ctx;
    if (client?.key_set_url && ctx && isAssertion(ctx) && !ctx.oidc.client) {
      const kid = readKeyId(String(ctx.oidc.params?.client_assertion));
      // Why it failed is in the log; without keys no signature counts.
      replaceKeys(client, await keySets.find(client.key_set_url, kid).catch(() => []));
    }
    return client;
  };
}

function replaceKeys(client: Client, keys: JWK[]): void {
  const { asymmetricKeyStore: store } = client as unknown as {
    asymmetricKeyStore: { clear(): void; add(key: JWK): void };
  };
  store.clear();
  for (const key of keys) {
    store.add(key);
  }
}

function readKeyId(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

/** Inside the cluster discovery names INTERNAL_APP_URL for the endpoints, so that is what applications write as `aud`. */
function acceptInternalAudience(provider: Provider, config: Services['config']): void {
  const { prototype } = provider.OIDCContext;
  const { clientJwtAuthExpectedAudience: publicNames } = prototype;
  prototype.clientJwtAuthExpectedAudience = function () {
    const names = [...publicNames.call(this)];
    const inside = config.INTERNAL_APP_URL || config.APP_URL;
    return new Set([
      ...names,
      ...names
        .filter((name) => name !== config.APP_URL)
        .map((name) => name.replace(config.APP_URL, inside)),
    ]);
  };
}
