import { type Static, Type } from 'typebox';

/** A resource that YAML declares, and what became of it. */
export const ResourceView = Type.Object({
  kind: Type.String(),
  namespace: Type.String(),
  name: Type.String(),
  ready: Type.Boolean(),

  /** In a word for programs, and in a sentence for people; as the condition `Ready` has them. */
  reason: Type.String(),
  message: Type.String(),

  /** When that was first said. */
  since: Type.String(),

  /** What it declares here; null while there is nothing. */
  declares: Type.Union([
    Type.Null(),
    Type.Object({
      noun: Type.Union([Type.Literal('client'), Type.Literal('group'), Type.Literal('settings')]),
      id: Type.String(),
    }),
  ]),
});
export type ResourceView = Static<typeof ResourceView>;

/** A page of them, those that are not ready first; `next` is what to ask for after it. */
export const ResourcePage = Type.Object({
  resources: Type.Array(ResourceView),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type ResourcePage = Static<typeof ResourcePage>;

export const ResourceQuery = Type.Object(
  {
    /** Part of `kind/namespace/name`. */
    search: Type.Optional(Type.String({ maxLength: 320 })),
    ready: Type.Optional(Type.Boolean()),
    after: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  { additionalProperties: false },
);
