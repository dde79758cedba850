import { type Static, Type } from 'typebox';
import type { ApiKeyScope } from '#core';

const Scope = Type.Unsafe<ApiKeyScope>({ type: 'string', enum: ['read-only', 'full'] });
const OrNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Null: until it is revoked. */
const Expiry = OrNull(Type.String({ format: 'date-time' }));

export const ApiKeyInput = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }), scope: Scope, expiresAt: Expiry },
  { additionalProperties: false },
);
export type ApiKeyInput = Static<typeof ApiKeyInput>;

export const ApiKeyRenewal = Type.Object({ expiresAt: Expiry }, { additionalProperties: false });
export type ApiKeyRenewal = Static<typeof ApiKeyRenewal>;

/** The only time the key itself is told; the database keeps its hash. */
export const IssuedApiKey = Type.Object({ id: Type.String(), key: Type.String() });
export type IssuedApiKey = Static<typeof IssuedApiKey>;

export const ApiKeyView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scope: Scope,
  createdAt: Type.String(),
  expiresAt: OrNull(Type.String()),

  /** To the minute. */
  lastUsedAt: OrNull(Type.String()),
  owner: Type.Object({ id: Type.String(), username: Type.String() }),

  /** Why it works or does not. */
  state: Type.Unsafe<'active' | 'expired' | 'owner_disabled' | 'owner_demoted'>({
    type: 'string',
    enum: ['active', 'expired', 'owner_disabled', 'owner_demoted'],
  }),
});
export type ApiKeyView = Static<typeof ApiKeyView>;

/** The newest first; `next` is what to send as `after` for more. */
export const ApiKeyPage = Type.Object({
  apiKeys: Type.Array(ApiKeyView),
  next: OrNull(Type.String()),
});
export type ApiKeyPage = Static<typeof ApiKeyPage>;

export const ApiKeyQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ maxLength: 100 })),
    after: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { additionalProperties: false },
);
export type ApiKeyQuery = Static<typeof ApiKeyQuery>;
