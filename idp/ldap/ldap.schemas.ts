import { type Static, Type } from 'typebox';

/** One run: what it found and did, and what it could not use. */
export const DirectorySyncView = Type.Object({
  id: Type.String(),
  state: Type.Union([
    Type.Literal('running'),
    Type.Literal('succeeded'),
    Type.Literal('stopped'),
    Type.Literal('failed'),
  ]),

  /** Who asked for it; `ldap` where its time had come. */
  actor: Type.String(),
  startedAt: Type.String(),
  finishedAt: Type.Union([Type.String(), Type.Null()]),

  /** Why it stopped or failed, in a word for programs and in a sentence. */
  reason: Type.Union([Type.String(), Type.Null()]),
  message: Type.Union([Type.String(), Type.Null()]),
  counts: Type.Record(Type.String(), Type.Integer()),

  /** The first 200 of each; `counts` has all. */
  skipped: Type.Array(Type.Object({ entry: Type.String(), reason: Type.String() })),
  conflicts: Type.Array(
    Type.Object({
      entry: Type.String(),
      field: Type.String(),
      value: Type.String(),
      reason: Type.String(),
    }),
  ),
});
export type DirectorySyncView = Static<typeof DirectorySyncView>;

/** The newest runs, the newest first. */
export const DirectorySyncsView = Type.Object({ syncs: Type.Array(DirectorySyncView) });
export type DirectorySyncsView = Static<typeof DirectorySyncsView>;
