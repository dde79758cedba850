import { type Static, Type } from 'typebox';

/** RFC 9457 problem details; `title` is a sentence a person may read. */
export const Problem = Type.Object({
  status: Type.Integer(),
  code: Type.String(),
  title: Type.String(),
  field: Type.Optional(Type.String()),
  /** The step that mends it, where we know one. */
  mend: Type.Optional(Type.String()),
});
export type Problem = Static<typeof Problem>;

/** What a route answers that goes on to work after its answer. */
export const Accepted = Type.Unsafe<undefined>({ type: 'null', description: 'Accepted' });
