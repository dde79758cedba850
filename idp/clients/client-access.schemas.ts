import { type Static, Type } from 'typebox';
import type { AccessReason } from '#core';

const names = Type.Array(Type.String());

/** Why a person may open an application, or why not. */
export const AccessView = Type.Object({
  client: Type.Object({ id: Type.String(), name: Type.String() }),
  mayOpen: Type.Boolean(),
  reason: Type.Unsafe<AccessReason>({
    type: 'string',
    enum: ['open_to_everyone', 'in_groups', 'user_disabled', 'client_closed', 'not_in_groups'],
  }),

  /** What the person is told; null where they are let in. */
  sentence: Type.Union([Type.String(), Type.Null()]),

  /** The groups to which the application is open, those of them that the person is in, and those that do not exist. */
  accessGroups: names,
  through: names,
  missingGroups: names,
});
export type AccessView = Static<typeof AccessView>;

/** A page of them; `next` is what to ask for after it. */
export const AccessPage = Type.Object({
  applications: Type.Array(AccessView),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type AccessPage = Static<typeof AccessPage>;

export const AccessQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ maxLength: 100 })),
    after: Type.Optional(Type.String({ maxLength: 2_000 })),
    mayOpen: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
