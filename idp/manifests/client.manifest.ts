import { isDeepStrictEqual } from 'node:util';
import { type Client, type ClientDeclaration, declarationOf } from '#core';
import { adoptionOf, type Manifest, resourceOf, toDuration, toResourceName } from './manifest.ts';

/** The `OIDCClient` that would declare the client as it is. Its secrets stay where they are: nobody knows them. */
export function toClientManifest(client: Client): Manifest {
  const declaration = declarationOf(client);
  const resource = resourceOf(client.owner);
  const metadata = resource ?? { name: toResourceName(client.id) };
  const idByDefault = resource && `${resource.namespace}.${resource.name}`;
  return {
    kind: 'OIDCClient',
    metadata,
    spec: {
      displayName: unless(client.name, metadata.name),
      clientID: unless(client.id, idByDefault),
      type: declaration.type === 'public' ? 'Public' : undefined,
      ...toUrls(declaration),
      ...toProtocol(declaration),
      tokenLifetimes: toLifetimes(declaration),
      access: toAccess(declaration),
      jwks: declaration.jwks ?? undefined,
      jwksURL: declaration.jwksUrl ?? undefined,
      federatedCredentials: unless(declaration.federatedCredentials, []),
      adoption: adoptionOf(client.owner),
    },
  };
}

function toUrls(client: ClientDeclaration) {
  return {
    callbackURLs: unless(client.callbackUrls, []),
    logoutCallbackURLs: unless(client.logoutCallbackUrls, []),
    backchannelLogoutURL: client.backchannelLogoutUrl ?? undefined,
    launchURL: client.launchUrl ?? undefined,
    logoURL: client.logoUrl ?? undefined,
  };
}

function toProtocol(client: ClientDeclaration) {
  const { requireReauthentication, requirePushedAuthorizationRequests, skipConsent } = client;
  const grants = client.grantTypes.toSorted();
  const hasUsualGrants = isDeepStrictEqual(grants, ['authorization_code', 'refresh_token']);
  return {
    grantTypes: hasUsualGrants ? undefined : client.grantTypes,
    pkce: client.pkceRequired ? undefined : 'Optional',
    requireReauthentication: unless(requireReauthentication, false),
    requirePushedAuthorizationRequests: unless(requirePushedAuthorizationRequests, false),
    skipConsent: unless(skipConsent, false),
    idTokenSigningAlg: unless(client.idTokenSigningAlg, 'RS256'),
  };
}

function toLifetimes(client: ClientDeclaration) {
  const lifetimes = Object.entries({
    accessToken: client.accessTokenLifetime,
    idToken: client.idTokenLifetime,
    refreshToken: client.refreshTokenLifetime,
  }).flatMap(([name, seconds]) => (seconds === null ? [] : [[name, toDuration(seconds)]]));
  return lifetimes.length > 0 ? Object.fromEntries(lifetimes) : undefined;
}

function toAccess({ accessMode, accessGroups }: ClientDeclaration) {
  if (accessMode === 'everyone') {
    return undefined;
  }
  return accessMode === 'nobody' ? { mode: 'Nobody' } : { mode: 'Groups', groups: accessGroups };
}

function unless<Value>(value: Value, byDefault: unknown): Value | undefined {
  return isDeepStrictEqual(value, byDefault) ? undefined : value;
}
