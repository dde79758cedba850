import { type Static, Type } from 'typebox';

/** A client as the person who may open it sees it on the dashboard. */
export const ApplicationView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  launchUrl: Type.Union([Type.String(), Type.Null()]),
  logoUrl: Type.Union([Type.String(), Type.Null()]),
});
export type ApplicationView = Static<typeof ApplicationView>;
