import type { ClientDeclaration } from '#core';
import { toSeconds } from '../crd/duration.ts';
import type { Resource } from '../runtime/resource.ts';
import type { OidcClientSpec } from './oidc-client.crd.ts';

/** YAML words → domain words. */
export function toDeclaration(resource: Resource<OidcClientSpec>): ClientDeclaration {
  const { spec, metadata } = resource;
  return {
    id: clientIdOf(resource),
    name: spec.displayName ?? metadata.name,
    type: spec.type === 'Public' ? 'public' : 'confidential',
    callbackUrls: spec.callbackURLs ?? [],
    logoutCallbackUrls: spec.logoutCallbackURLs ?? [],
    backchannelLogoutUrl: spec.backchannelLogoutURL ?? null,
    launchUrl: spec.launchURL ?? null,
    logoUrl: spec.logoURL ?? null,
    grantTypes: spec.grantTypes,
    pkceRequired: spec.pkce === 'Required',
    requireReauthentication: spec.requireReauthentication,
    requirePushedAuthorizationRequests: spec.requirePushedAuthorizationRequests,
    skipConsent: spec.skipConsent,
    // OpenID Connect Core §15.1: the one algorithm every relying party has.
    idTokenSigningAlg: spec.idTokenSigningAlg ?? 'RS256',
    ...toLifetimes(spec),
    accessMode: ACCESS_MODE[spec.access.mode],
    accessGroups: spec.access.groups ?? [],
    jwks: spec.jwks ? { keys: spec.jwks.keys } : null,
    jwksUrl: spec.jwksURL ?? null,
    federatedCredentials: spec.federatedCredentials ?? [],
  };
}

/** Two teams may both name a client "grafana", so the namespace is part of the id unless the author chose one. */
export function clientIdOf({ metadata, spec }: Resource<OidcClientSpec>): string {
  return spec.clientID ?? `${metadata.namespace}.${metadata.name}`;
}

const ACCESS_MODE = { Everyone: 'everyone', Groups: 'groups', Nobody: 'nobody' } as const;

function toLifetimes({ tokenLifetimes }: OidcClientSpec) {
  const { accessToken, idToken, refreshToken } = tokenLifetimes ?? {};
  return {
    accessTokenLifetime: accessToken ? toSeconds(accessToken) : null,
    idTokenLifetime: idToken ? toSeconds(idToken) : null,
    refreshTokenLifetime: refreshToken ? toSeconds(refreshToken) : null,
  };
}
