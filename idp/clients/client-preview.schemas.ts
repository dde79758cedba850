import { type Static, Type } from 'typebox';
import { AccessView } from './client-access.schemas.ts';

const Claims = Type.Union([
  Type.Null(),
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
]);

/** Null where the person is not let in, and nothing would be told. */
export const TokenPreview = Type.Object({
  access: AccessView,

  /** What the application is taken to ask for. */
  scope: Type.String(),
  idToken: Claims,
  userinfo: Claims,
});
export type TokenPreview = Static<typeof TokenPreview>;
