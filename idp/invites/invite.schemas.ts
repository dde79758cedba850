import { type Static, Type } from 'typebox';

const OrNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Names, not ids: a group may be declared later than the invite. */
const Groups = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 64 });
const Expiry = Type.String({ maxLength: 40 });

/** A link to copy, for anybody who gets it. */
export const InviteInput = Type.Object(
  {
    expiresAt: Expiry,
    usageLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    groups: Type.Optional(Groups),
  },
  { additionalProperties: false },
);
export type InviteInput = Static<typeof InviteInput>;

/** The only time the link is told; the database keeps its hash. */
export const CreatedInvite = Type.Object({ url: Type.String(), expiresAt: Type.String() });
export type CreatedInvite = Static<typeof CreatedInvite>;

/** A link of its own for each address, which works once and is told to nobody else. */
export const MailedInvitesInput = Type.Object(
  {
    emails: Type.Array(Type.String({ minLength: 3, maxLength: 254 }), {
      minItems: 1,
      maxItems: 50,
    }),
    expiresAt: Expiry,
    groups: Type.Optional(Groups),
  },
  { additionalProperties: false },
);
export type MailedInvitesInput = Static<typeof MailedInvitesInput>;

export const MailedInvites = Type.Object({
  emails: Type.Array(Type.String()),
  expiresAt: Type.String(),
});
export type MailedInvites = Static<typeof MailedInvites>;

export const ListedInvite = Type.Object({
  id: Type.String(),
  email: OrNull(Type.String()),
  createdBy: Type.String(),
  createdAt: Type.String(),
  expiresAt: Type.String(),
  usageLimit: OrNull(Type.Integer()),
  uses: Type.Integer(),
  groups: Type.Array(Type.String()),
  state: Type.Union([
    Type.Literal('usable'),
    Type.Literal('used_up'),
    Type.Literal('expired'),
    Type.Literal('revoked'),
  ]),

  /** The server's own words are the answer; null as long as there are none. */
  mail: OrNull(
    Type.Object({
      state: Type.Union([
        Type.Literal('waiting'),
        Type.Literal('delivered'),
        Type.Literal('failed'),
      ]),
      answer: OrNull(Type.String()),
    }),
  ),
});
export type ListedInvite = Static<typeof ListedInvite>;

/** What the page of invites shows and its dialog offers. */
export const InvitesView = Type.Object({
  invites: Type.Array(ListedInvite),
  mailOn: Type.Boolean(),
  knownGroups: Type.Array(Type.String()),
});
export type InvitesView = Static<typeof InvitesView>;
