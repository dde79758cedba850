import { type Static, Type } from 'typebox';

/** The only time the link is told. */
export const CreatedLoginLink = Type.Object({
  url: Type.String(),
  expiresAt: Type.String(),

  /** Null while mail is off: then the link has to be handed over some other way. */
  mailedTo: Type.Union([Type.String(), Type.Null()]),
});
export type CreatedLoginLink = Static<typeof CreatedLoginLink>;

export const LoginLinkRequest = Type.Object(
  { email: Type.String({ minLength: 3, maxLength: 254 }) },
  { additionalProperties: false },
);
export type LoginLinkRequest = Static<typeof LoginLinkRequest>;
