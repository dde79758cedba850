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

  /** Where the link was mailed to. */
  email: Type.Union([Type.String(), Type.Null()]),

  /** Whether the account gets this address and no other, as it does for who asked for the link themselves. */
  isEmailFixed: Type.Boolean(),
});
export type InviteView = Static<typeof InviteView>;

/** Whoever asks for a link, where sign-up is open; in the language of the page they see. */
export const SignUpRequest = Type.Object(
  {
    email: SignUpDetails.properties.email,
    language: Type.Union([Type.Literal('en'), Type.Literal('de'), Type.Literal('fr')]),
  },
  { additionalProperties: false },
);
export type SignUpRequest = Static<typeof SignUpRequest>;
