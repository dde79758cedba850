import { type Static, Type } from 'typebox';

export const EmailInput = Type.Object(
  { email: Type.String({ minLength: 3, maxLength: 254 }) },
  { additionalProperties: false },
);
export type EmailInput = Static<typeof EmailInput>;

/** What a link asks to confirm. Whoever opened it reads that mailbox. */
export const EmailVerificationView = Type.Object({
  email: Type.String(),
  username: Type.String(),
});
export type EmailVerificationView = Static<typeof EmailVerificationView>;
