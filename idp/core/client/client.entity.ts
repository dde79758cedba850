import { defineEntity, p } from '@mikro-orm/core';
import type { Owner } from '../owner/owner.ts';
import type {
  AccessMode,
  ClientKey,
  ClientType,
  FederatedCredential,
  GrantType,
  SigningAlg,
} from './client.declaration.ts';

const ClientSchema = defineEntity({
  name: 'Client',
  tableName: 'clients',
  properties: {
    /** The `client_id`. */
    id: p.string().primary(),
    name: p.string(),
    type: p.string().$type<ClientType>(),
    callbackUrls: p.array<string>(),
    logoutCallbackUrls: p.array<string>(),
    backchannelLogoutUrl: p.string().nullable(),
    launchUrl: p.string().nullable(),
    logoUrl: p.string().nullable(),
    grantTypes: p.array<string>().$type<GrantType[]>(),
    pkceRequired: p.boolean(),
    requireReauthentication: p.boolean(),
    requirePushedAuthorizationRequests: p.boolean(),
    skipConsent: p.boolean(),
    idTokenSigningAlg: p.string().$type<SigningAlg>(),

    /** Seconds; null takes the instance's default. */
    accessTokenLifetime: p.integer().nullable(),
    idTokenLifetime: p.integer().nullable(),
    refreshTokenLifetime: p.integer().nullable(),
    accessMode: p.string().$type<AccessMode>(),

    /** Names, not references: a group that vanished or is not there yet simply opens nothing. */
    accessGroups: p.array<string>(),

    /** The application's public keys, or where it publishes them. */
    jwks: p.json<{ keys: ClientKey[] }>().nullable(),
    jwksUrl: p.string().nullable(),
    federatedCredentials: p.json<FederatedCredential[]>(),
    owner: p.string().$type<Owner>(),

    /** The uid of the custom resource that declared the row. */
    ownerUid: p.string().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p
      .datetime()
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});

/** An application that may ask Permiso to sign people in. */
export class Client extends ClientSchema.class {}

ClientSchema.setClass(Client);
