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
export const InviteView = Type.Object({ expiresAt: Type.String() });
export type InviteView = Static<typeof InviteView>;

export const InviteInput = Type.Object(
  {
    expiresAt: Type.String({ maxLength: 40 }),
    usageLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    groups: Type.Optional(Type.Array(Type.String({ maxLength: 255 }), { maxItems: 64 })),
  },
  { additionalProperties: false },
);
export type InviteInput = Static<typeof InviteInput>;

/** The only time the link is told; the database keeps its hash. */
export const CreatedInvite = Type.Object({ url: Type.String(), expiresAt: Type.String() });
export type CreatedInvite = Static<typeof CreatedInvite>;
