import { type Static, Type } from 'typebox';
import { type FederatedCredential, GRANT_TYPES, type GrantType, type SigningAlg } from '#core';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([Type.Null(), schema]);
const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });
const Text = Type.String({ maxLength: 4096 });
// Not a union, in which "" and 0 would be taken for null.
const Url = Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 4096 });
const Seconds = Type.Unsafe<number | null>({ type: ['integer', 'null'] });
const Urls = Type.Array(Text, { maxItems: 128 });

/** Any members, so that a private one is refused by name instead of being dropped in silence. */
const Key = Type.Unsafe<Record<string, string>>({
  type: 'object',
  required: ['kty'],
  properties: { kty: { type: 'string', maxLength: 16 }, kid: { type: 'string', maxLength: 256 } },
  additionalProperties: true,
});

const Credential = Type.Unsafe<FederatedCredential>(
  Type.Object(
    { name: Text, issuer: Text, subject: Text, audience: Type.Optional(Text) },
    { additionalProperties: false },
  ),
);

/** All that may be changed of a client; what it means and which bounds it has is the registry's matter. */
const settings = {
  name: Text,
  type: oneOf<'confidential' | 'public'>(['confidential', 'public']),
  callbackUrls: Urls,
  logoutCallbackUrls: Urls,
  backchannelLogoutUrl: Url,
  launchUrl: Url,
  logoUrl: Url,
  grantTypes: Type.Array(oneOf<GrantType>(GRANT_TYPES), { maxItems: 4, uniqueItems: true }),
  pkceRequired: Type.Boolean(),
  requireReauthentication: Type.Boolean(),
  requirePushedAuthorizationRequests: Type.Boolean(),
  skipConsent: Type.Boolean(),
  idTokenSigningAlg: oneOf<SigningAlg>(['ES256', 'RS256', 'EdDSA']),

  /** Seconds; null takes what Permiso has for all. */
  accessTokenLifetime: Seconds,
  idTokenLifetime: Seconds,
  refreshTokenLifetime: Seconds,
  accessMode: oneOf<'everyone' | 'groups' | 'nobody'>(['everyone', 'groups', 'nobody']),
  accessGroups: Type.Array(Text, { maxItems: 128 }),
  jwks: orNull(
    Type.Object({ keys: Type.Array(Key, { maxItems: 32 }) }, { additionalProperties: false }),
  ),
  jwksUrl: Url,
  federatedCredentials: Type.Array(Credential, { maxItems: 32 }),
};

export const ClientChange = Type.Partial(Type.Object(settings), {
  additionalProperties: false,
  minProperties: 1,
});
export type ClientChange = Static<typeof ClientChange>;

/** What is left out is as in a manifest that leaves it out; an id that is left out is made up. */
export const ClientInput = Type.Object(
  {
    ...Type.Partial(Type.Object(settings)).properties,
    name: Text,
    id: Type.Optional(Type.String({ maxLength: 320 })),
  },
  { additionalProperties: false },
);
export type ClientInput = Static<typeof ClientInput>;

export const ClientSummary = Type.Object({
  id: Type.String(),
  name: Type.String(),
  type: settings.type,
  logoUrl: Url,
  accessMode: settings.accessMode,
  accessGroups: Type.Array(Type.String()),

  /** Who declared it; only `admin` leaves it to these pages. */
  owner: Type.String(),
});
export type ClientSummary = Static<typeof ClientSummary>;

/** A page of clients by name; `next` is what to send as `after` for the following ones. */
export const ClientPage = Type.Object({
  clients: Type.Array(ClientSummary),
  next: orNull(Type.String()),
});
export type ClientPage = Static<typeof ClientPage>;

export const ClientQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ maxLength: 100 })),
    after: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  { additionalProperties: false },
);

/** Never its value, which nobody has. */
export const SecretView = Type.Object({
  id: Type.String(),

  /** `declared` ones are made and ended by a resource. */
  source: oneOf<'declared' | 'web'>(['declared', 'web']),
  createdAt: Type.String(),
  expiresAt: orNull(Type.String()),
});
export type SecretView = Static<typeof SecretView>;

export const SecretInput = Type.Object(
  {
    /** Null or absent: it does not end by itself. */
    expiresAt: Type.Optional(orNull(Type.String({ format: 'date-time' }))),

    /** Seconds after which all other secrets end; null or absent leaves them as they are. */
    othersEndIn: Type.Optional(orNull(Type.Integer({ minimum: 0, maximum: 31_536_000 }))),
  },
  { additionalProperties: false },
);
export type SecretInput = Static<typeof SecretInput>;

/** Told once. */
export const CreatedSecret = Type.Object({ ...SecretView.properties, value: Type.String() });
export type CreatedSecret = Static<typeof CreatedSecret>;

export const ClientView = Type.Object({
  id: Type.String(),
  ...settings,
  owner: Type.String(),

  /** The `ETag`; as `If-Match` it keeps a change of somebody else from being overwritten. */
  version: Type.String(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  secrets: Type.Array(SecretView),

  /** The newest callback that was asked for and still is not registered. */
  redirectMismatch: orNull(Type.Object({ redirectUri: Type.String(), at: Type.String() })),
  knownGroups: Type.Array(Type.String()),
});
export type ClientView = Static<typeof ClientView>;
