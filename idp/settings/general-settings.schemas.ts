import { type Static, Type } from 'typebox';
import { SignUpMode } from '../sessions/session.schemas.ts';

const general = {
  name: Type.String({ minLength: 1, maxLength: 64 }),

  /** Seconds. */
  sessionLifetime: Type.Integer(),

  /** Seconds without use; null never ends a session sooner. */
  sessionIdleLifetime: Type.Union([Type.Null(), Type.Integer()]),
  signUp: SignUpMode,
  defaultGroups: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 64 }),
  loginLinksByEmail: Type.Boolean(),
  mailNewDevices: Type.Boolean(),
};

/** Whole: what a request leaves out, nobody has decided. */
export const GeneralSettingsInput = Type.Object(general, { additionalProperties: false });
export type GeneralSettingsInput = Static<typeof GeneralSettingsInput>;

export const GeneralSettingsView = Type.Object({
  ...general,

  /** Who declared it; only `admin` leaves it to these pages. */
  owner: Type.String(),

  /** The `ETag`; as `If-Match` it keeps a change of somebody else from being overwritten. */
  version: Type.String(),
  knownGroups: Type.Array(Type.String()),

  /** Without it nobody signs up by themselves: the link is mailed. */
  mailOn: Type.Boolean(),
});
export type GeneralSettingsView = Static<typeof GeneralSettingsView>;
