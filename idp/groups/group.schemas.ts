import { type Static, Type } from 'typebox';
import { GROUP_SORTS, type GroupSort, MAX_GROUP_NAME } from '#core';
import { CustomClaims } from '../users/custom-claim.schemas.ts';

/** A line in the list of groups. */
export const GroupSummary = Type.Object({
  id: Type.String(),

  /** The value in the `groups` claim; fixed for good. */
  name: Type.String(),
  displayName: Type.String(),

  /** Who declared it; only `admin` leaves it to the web pages. */
  owner: Type.String(),
  memberCount: Type.Integer(),

  /** Whether people are added and removed here; a resource may leave that and nothing else. */
  membersEditable: Type.Boolean(),
});
export type GroupSummary = Static<typeof GroupSummary>;

const next = Type.Union([Type.String(), Type.Null()]);
const after = Type.Optional(Type.String({ maxLength: 2_000 }));
const search = Type.Optional(Type.String({ maxLength: 100 }));

/** A page of groups; `next` is what to ask for after it. */
export const GroupPage = Type.Object({ groups: Type.Array(GroupSummary), next });
export type GroupPage = Static<typeof GroupPage>;

export const GroupQuery = Type.Object(
  {
    search,
    sort: Type.Optional(Type.Unsafe<GroupSort>({ type: 'string', enum: GROUP_SORTS })),
    after,
  },
  { additionalProperties: false },
);
export type GroupQuery = Static<typeof GroupQuery>;

/** A client that the group opens. */
const OpenedClients = Type.Array(
  Type.Object({
    id: Type.String(),
    name: Type.String(),

    /** Whether nobody could open it any more without this group. */
    isOnlyOpener: Type.Boolean(),
  }),
);

export const GroupView = Type.Object({
  ...GroupSummary.properties,

  /** Names in the resource that belong to nobody yet; they join when they sign up. */
  unknownMembers: Type.Array(Type.String()),
  customClaims: CustomClaims,
  clients: OpenedClients,

  /** The `ETag`; as `If-Match` it keeps a change of somebody else from being overwritten. */
  version: Type.String(),
});
export type GroupView = Static<typeof GroupView>;

export const GroupInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: MAX_GROUP_NAME }),
    displayName: Type.Optional(Type.String({ maxLength: MAX_GROUP_NAME })),
    customClaims: Type.Optional(CustomClaims),
  },
  { additionalProperties: false },
);
export type GroupInput = Static<typeof GroupInput>;

export const GroupChange = Type.Object(
  {
    displayName: Type.Optional(Type.String({ maxLength: MAX_GROUP_NAME })),
    customClaims: Type.Optional(CustomClaims),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type GroupChange = Static<typeof GroupChange>;

/** What a deleted group had opened. */
export const DeletedGroup = Type.Object({ clients: OpenedClients });

export const MemberView = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  disabled: Type.Boolean(),

  /** Named by the resource, and so nobody to be removed here. */
  isDeclared: Type.Boolean(),
});
export type MemberView = Static<typeof MemberView>;

/** A page of members; `next` is what to ask for after it. */
export const MemberPage = Type.Object({ members: Type.Array(MemberView), next });
export type MemberPage = Static<typeof MemberPage>;

export const MemberQuery = Type.Object({ search, after }, { additionalProperties: false });
