import { type Static, Type } from 'typebox';
import { ApplicationView } from '../../clients/application.schemas.ts';
import { Problem } from '../../http/problem.schemas.ts';
import { Person } from '../../sessions/session.schemas.ts';

const Params = Type.Object({ uid: Type.String({ maxLength: 64 }) });
export type InteractionParams = Static<typeof Params>;

/** One step of an authorization request that needs the person: sign in, know the device, agree, or read why not. */
export const InteractionView = Type.Object({
  prompt: Type.Union([
    Type.Literal('login'),
    Type.Literal('access'),
    Type.Literal('device'),
    Type.Literal('consent'),
  ]),
  client: ApplicationView,
  user: Type.Union([Person, Type.Null()]),
  /** Scopes not agreed to yet; filled when `prompt` is `consent`. */
  scopes: Type.Array(Type.String()),
  /** Filled when `prompt` is `access`. */
  refusal: Type.Union([Problem, Type.Null()]),
  /** As the device shows it; null when the request came from no device. */
  userCode: Type.Union([Type.String(), Type.Null()]),
});
export type InteractionView = Static<typeof InteractionView>;

export const Redirect = Type.Object({ redirectTo: Type.String() });
export type Redirect = Static<typeof Redirect>;

export const viewSchema = { schema: { params: Params, response: { 200: InteractionView } } };
export const stepSchema = { schema: { params: Params, response: { 200: Redirect } } };
