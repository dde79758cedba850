import { type Static, Type } from 'typebox';
import { USER_SORTS, type UserSort } from '#core';
import { PasskeyView } from '../passkeys/passkey.schemas.ts';
import { OwnSession } from '../sessions/session.schemas.ts';
import { CustomClaims } from './custom-claim.schemas.ts';

/** A line in the list of people. */
export const UserSummary = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  pictureUrl: Type.Union([Type.String(), Type.Null()]),
  isAdmin: Type.Boolean(),
  disabled: Type.Boolean(),

  /** Who keeps name and address; `admin` leaves them to the person and the web pages. */
  owner: Type.String(),
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
    disabled: Type.Optional(Type.Boolean()),
    isAdmin: Type.Optional(Type.Boolean()),
    sort: Type.Optional(Type.Unsafe<UserSort>({ type: 'string', enum: USER_SORTS })),
    after: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  { additionalProperties: false },
);
export type UserQuery = Static<typeof UserQuery>;

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
  customClaims: CustomClaims,
  groups: Type.Array(UserGroup),
  passkeys: Type.Array(PasskeyView),
  sessions: Type.Array(Type.Omit(OwnSession, ['isCurrent'])),

  /** The `ETag`; as `If-Match` it keeps a change of somebody else from being overwritten. */
  version: Type.String(),
});
export type UserView = Static<typeof UserView>;

export const UserChange = Type.Object(
  {
    displayName: Type.Optional(Type.String({ maxLength: 100 })),
    email: Type.Optional(Type.String({ maxLength: 254 })),
    customClaims: Type.Optional(CustomClaims),
    disabled: Type.Optional(Type.Boolean()),
    isAdmin: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UserChange = Static<typeof UserChange>;
