import type { ClientDeclaration } from '../client/client.declaration.ts';
import type { GroupDeclaration } from '../group/group.registry.ts';
import type { PersonDetails } from '../user/user.rules.ts';

/** An honest client; tests override what they are about. */
export function clientDeclaration(
  id: string,
  overrides: Partial<ClientDeclaration> = {},
): ClientDeclaration {
  return {
    id,
    name: id,
    type: 'confidential',
    callbackUrls: [`https://${id}.example.com/callback`],
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
    ...overrides,
  };
}

export function groupDeclaration(
  name: string,
  overrides: Partial<GroupDeclaration> = {},
): GroupDeclaration {
  return {
    name,
    displayName: name,
    declaredMembers: [],
    membersAreExact: true,
    customClaims: [],
    ...overrides,
  };
}

export function person(username: string): PersonDetails {
  return { username, displayName: `Person ${username}`, email: `${username}@example.com` };
}
