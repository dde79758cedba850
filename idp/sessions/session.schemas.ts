import { type Static, Type } from 'typebox';
import { Branding } from '../settings/branding.schemas.ts';

export const Person = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  isAdmin: Type.Boolean(),

  /** Where the picture is found on this server. */
  pictureUrl: Type.Union([Type.String(), Type.Null()]),

  /** Null leaves it to the browser. */
  language: Type.Union([Type.String(), Type.Null()]),
});
export type Person = Static<typeof Person>;

/** Who may make an account: whoever was invited, everybody, or nobody. */
export const SignUpMode = Type.Union([
  Type.Literal('invite'),
  Type.Literal('open'),
  Type.Literal('closed'),
]);
export type SignUpMode = Static<typeof SignUpMode>;

/** What every page needs to know before it draws itself. */
export const SessionView = Type.Object({
  instance: Type.Object({
    name: Type.String(),
    origin: Type.String(),
    loginLinksByEmail: Type.Boolean(),
    signUp: SignUpMode,
    branding: Branding,
  }),
  user: Type.Union([Person, Type.Null()]),
  setUpOpen: Type.Boolean(),
});
export type SessionView = Static<typeof SessionView>;

/** One browser in which the person is signed in. */
export const OwnSession = Type.Object({
  id: Type.String(),

  /** Such as "Firefox on Linux"; null when the browser does not say. */
  device: Type.Union([Type.String(), Type.Null()]),
  ip: Type.Union([Type.String(), Type.Null()]),
  method: Type.String(),
  createdAt: Type.String(),
  authenticatedAt: Type.String(),
  expiresAt: Type.String(),
  isCurrent: Type.Boolean(),
});
export type OwnSession = Static<typeof OwnSession>;
