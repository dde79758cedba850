import { type Static, Type } from 'typebox';

export const SignUpDetails = Type.Object(
  {
    displayName: Type.String({ minLength: 1, maxLength: 100 }),
    email: Type.String({ minLength: 3, maxLength: 254 }),
    username: Type.String({ minLength: 2, maxLength: 64 }),
  },
  { additionalProperties: false },
);
export type SignUpDetails = Static<typeof SignUpDetails>;

/** What an invited person sees before filling in anything. */
export const InviteView = Type.Object({
  expiresAt: Type.String(),

  /** Where the invitation was mailed to; it may be, and need not be, the address of the account. */
  email: Type.Union([Type.String(), Type.Null()]),
});
export type InviteView = Static<typeof InviteView>;
