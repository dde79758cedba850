import { randomUUID } from 'node:crypto';
import {
  type Client,
  type ClientDeclaration,
  declarationOf,
  type EntityManager,
  findRedirectMismatch,
  isRegistered,
  type KnownSecret,
  listClientSecrets,
  listGroupNames,
  versionOf,
} from '#core';
import type { ClientInput, ClientView, SecretView } from './client.schemas.ts';

/** What a client is that says no more than its name. */
const DEFAULTS: Omit<ClientDeclaration, 'id' | 'name'> = {
  type: 'confidential',
  callbackUrls: [],
  logoutCallbackUrls: [],
  backchannelLogoutUrl: null,
  launchUrl: null,
  logoUrl: null,
  grantTypes: ['authorization_code', 'refresh_token'],
  pkceRequired: true,
  requireReauthentication: false,
  requirePushedAuthorizationRequests: false,
  skipConsent: false,
  idTokenSigningAlg: 'RS256',
  accessTokenLifetime: null,
  idTokenLifetime: null,
  refreshTokenLifetime: null,
  accessMode: 'everyone',
  accessGroups: [],
  jwks: null,
  jwksUrl: null,
  federatedCredentials: [],
};

export function toDeclaration({ id = randomUUID(), ...input }: ClientInput): ClientDeclaration {
  return { id, ...DEFAULTS, ...(input as Pick<ClientDeclaration, 'name'>) };
}

export async function viewClient(em: EntityManager, client: Client): Promise<ClientView> {
  const secrets = await listClientSecrets(em, client.id);
  const declaration = declarationOf(client) as Omit<ClientDeclaration, 'jwks'> &
    Pick<ClientView, 'jwks'>;
  return {
    ...declaration,
    owner: client.owner,
    version: versionOf(client),
    createdAt: client.createdAt.toISOString(),
    updatedAt: client.updatedAt.toISOString(),
    secrets: secrets.map(toSecretView),
    redirectMismatch: await viewMismatch(em, client),
    knownGroups: await listGroupNames(em),
  };
}

/** One that was registered since is no trouble any more. */
async function viewMismatch(
  em: EntityManager,
  { id, callbackUrls }: Client,
): Promise<ClientView['redirectMismatch']> {
  const mismatch = await findRedirectMismatch(em, id);
  return mismatch && !isRegistered(mismatch.redirectUri, callbackUrls)
    ? { redirectUri: mismatch.redirectUri, at: mismatch.at.toISOString() }
    : null;
}

export function toSecretView({ id, source, createdAt, expiresAt }: KnownSecret): SecretView {
  return {
    id,
    source,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
