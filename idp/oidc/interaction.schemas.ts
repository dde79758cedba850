import { type Static, Type } from 'typebox';
import { ApplicationView } from '../clients/application.schemas.ts';
import { Problem } from '../http/problem.schemas.ts';
import { Person } from '../sessions/session.schemas.ts';

/** One step of an authorization request that needs the person: sign in, agree, or read why not. */
export const InteractionView = Type.Object({
  prompt: Type.Union([Type.Literal('login'), Type.Literal('consent'), Type.Literal('access')]),
  client: ApplicationView,
  user: Type.Union([Person, Type.Null()]),
  /** Scopes not agreed to yet; filled when `prompt` is `consent`. */
  scopes: Type.Array(Type.String()),
  /** Filled when `prompt` is `access`. */
  refusal: Type.Union([Problem, Type.Null()]),
});
export type InteractionView = Static<typeof InteractionView>;

export const Redirect = Type.Object({ redirectTo: Type.String() });
export type Redirect = Static<typeof Redirect>;
