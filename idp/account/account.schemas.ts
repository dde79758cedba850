import { type Static, Type } from 'typebox';

const Language = Type.Union([Type.Literal('en'), Type.Literal('de'), Type.Literal('fr')]);

/** What people see and change of themselves. */
export const ProfileView = Type.Object({
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  emailVerified: Type.Boolean(),

  /** What takes the place of `email` once it is confirmed. */
  pendingEmail: Type.Union([Type.String(), Type.Null()]),

  /** Without mail no address can be confirmed, and so none be changed here. */
  mailOn: Type.Boolean(),
  language: Type.Union([Language, Type.Null()]),
  pictureUrl: Type.Union([Type.String(), Type.Null()]),
});
export type ProfileView = Static<typeof ProfileView>;

/** `null` leaves the language to the browser. */
export const ProfileInput = Type.Object(
  {
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    language: Type.Optional(Type.Union([Language, Type.Null()])),
  },
  { additionalProperties: false },
);
export type ProfileInput = Static<typeof ProfileInput>;

/** An application that the person agreed to, and what it may learn. */
export const ConsentView = Type.Object({
  clientId: Type.String(),
  name: Type.String(),
  logoUrl: Type.Union([Type.String(), Type.Null()]),
  scopes: Type.Array(Type.String()),
  grantedAt: Type.String(),
});
export type ConsentView = Static<typeof ConsentView>;
