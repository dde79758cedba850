export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
] as const;

export type GrantType = (typeof GRANT_TYPES)[number];
export type ClientType = 'confidential' | 'public';
export type SigningAlg = 'ES256' | 'RS256' | 'EdDSA';
export type AccessMode = 'everyone' | 'groups' | 'nobody';

/** A workload's own token (a Kubernetes service account's, say) that authenticates the client. */
export interface FederatedCredential {
  name: string;
  issuer: string;
  subject: string;
  audience?: string;
}

/** A public key of the application (RFC 7517); what it signs with the private one proves who it is. */
export interface ClientKey {
  kty: 'RSA' | 'EC' | 'OKP';
  kid?: string;
  use?: 'sig';
  alg?: string;
  n?: string;
  e?: string;
  crv?: string;
  x?: string;
  y?: string;
}

/** Everything a declarer says about a client. The id decides which row; the rest is what it shall be. */
export interface ClientDeclaration {
  id: string;
  name: string;
  type: ClientType;
  callbackUrls: string[];
  logoutCallbackUrls: string[];
  backchannelLogoutUrl: string | null;
  launchUrl: string | null;
  logoUrl: string | null;
  grantTypes: GrantType[];
  pkceRequired: boolean;
  requireReauthentication: boolean;
  requirePushedAuthorizationRequests: boolean;
  skipConsent: boolean;
  idTokenSigningAlg: SigningAlg;
  accessTokenLifetime: number | null;
  idTokenLifetime: number | null;
  refreshTokenLifetime: number | null;
  accessMode: AccessMode;
  accessGroups: string[];
  jwks: { keys: ClientKey[] } | null;
  jwksUrl: string | null;
  federatedCredentials: FederatedCredential[];
}
