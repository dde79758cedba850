import { type Static, Type } from 'typebox';

export const Person = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  isAdmin: Type.Boolean(),

  /** Null leaves it to the browser. */
  language: Type.Union([Type.String(), Type.Null()]),
});
export type Person = Static<typeof Person>;

/** What every page needs to know before it draws itself. */
export const SessionView = Type.Object({
  instance: Type.Object({
    name: Type.String(),
    origin: Type.String(),
    loginLinksByEmail: Type.Boolean(),
  }),
  user: Type.Union([Person, Type.Null()]),
  setUpOpen: Type.Boolean(),
});
export type SessionView = Static<typeof SessionView>;
