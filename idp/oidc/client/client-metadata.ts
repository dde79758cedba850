import type { AdapterPayload, ClientMetadata } from 'oidc-provider';
import { type Client, type FederatedCredential, isNative } from '#core';

/** What Permiso's clients have beyond the registered metadata (RFC 7591). */
export interface ClientExtras {
  pkce_required: boolean;
  skip_consent: boolean;
  require_reauthentication: boolean;
  secret_hashes: string[];
  key_set_url: string | null;
  federated_credentials: FederatedCredential[];
  launch_uri: string | null;
  access_token_lifetime: number | null;
  id_token_lifetime: number | null;
  refresh_token_lifetime: number | null;
}

export const EXTRA_METADATA: (keyof ClientExtras)[] = [
  'pkce_required',
  'skip_consent',
  'require_reauthentication',
  'secret_hashes',
  'key_set_url',
  'federated_credentials',
  'launch_uri',
  'access_token_lifetime',
  'id_token_lifetime',
  'refresh_token_lifetime',
];

/** Registry words → RFC 7591 words. */
export function toMetadata(client: Client, secretHashes: string[]): AdapterPayload {
  const metadata: ClientMetadata = {
    client_id: client.id,
    client_name: client.name,
    redirect_uris: client.callbackUrls,
    post_logout_redirect_uris: client.logoutCallbackUrls,
    grant_types: client.grantTypes,
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    id_token_signed_response_alg: client.idTokenSigningAlg,
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
    // Native clients may use any loopback port (RFC 8252 §7.3); the registry has judged the URLs already.
    application_type: isNative(client.callbackUrls) ? 'native' : 'web',
    ...(client.jwks && { jwks: client.jwks as never }),
    ...(client.backchannelLogoutUrl && {
      backchannel_logout_uri: client.backchannelLogoutUrl,
      backchannel_logout_session_required: true,
    }),
    ...(client.logoUrl && { logo_uri: client.logoUrl }),
    ...toAuthentication(client),
  };
  return { ...metadata, ...toExtras(client, secretHashes) } as AdapterPayload;
}

function toAuthentication({ type }: Client): Partial<ClientMetadata> {
  return type === 'public'
    ? { token_endpoint_auth_method: 'none' }
    : // client-authentication.ts decides by what the client has; its secrets are kept as hashes, and this is none.
      { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'kept-as-hash' };
}

function toExtras(client: Client, secretHashes: string[]): ClientExtras {
  return {
    pkce_required: client.pkceRequired,
    skip_consent: client.skipConsent,
    require_reauthentication: client.requireReauthentication,
    secret_hashes: secretHashes,
    key_set_url: client.jwksUrl ?? null,
    federated_credentials: client.federatedCredentials,
    launch_uri: client.launchUrl ?? null,
    access_token_lifetime: client.accessTokenLifetime ?? null,
    id_token_lifetime: client.idTokenLifetime ?? null,
    refresh_token_lifetime: client.refreshTokenLifetime ?? null,
  };
}
