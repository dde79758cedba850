import { type Static, Type } from 'typebox';
import { PasskeyView } from '../passkeys/passkey.schemas.ts';
import { OwnSession } from '../sessions/session.schemas.ts';

/** A line in the list of people. */
export const UserSummary = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  pictureUrl: Type.Union([Type.String(), Type.Null()]),
  isAdmin: Type.Boolean(),
  disabled: Type.Boolean(),
  createdAt: Type.String(),
});
export type UserSummary = Static<typeof UserSummary>;

/** A page of people; `next` is what to ask for after it. */
export const UserPage = Type.Object({
  users: Type.Array(UserSummary),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type UserPage = Static<typeof UserPage>;

export const UserQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ maxLength: 100 })),
    after: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);

/** A group that the person is in. */
const UserGroup = Type.Object({
  id: Type.String(),
  name: Type.String(),
  displayName: Type.String(),
  owner: Type.String(),

  /** Whether they can be taken out of it here. */
  mayLeave: Type.Boolean(),
});

/** One person, with what lets them in and where they are. */
export const UserView = Type.Object({
  ...UserSummary.properties,
  emailVerified: Type.Boolean(),
  groups: Type.Array(UserGroup),
  passkeys: Type.Array(PasskeyView),
  sessions: Type.Array(Type.Omit(OwnSession, ['isCurrent'])),
});
export type UserView = Static<typeof UserView>;

export const UserChange = Type.Object(
  { disabled: Type.Optional(Type.Boolean()), isAdmin: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);
export type UserChange = Static<typeof UserChange>;
