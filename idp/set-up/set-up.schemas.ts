import { type Static, Type } from 'typebox';
import { SignUpDetails } from '../sign-up/sign-up.schemas.ts';

export const SetUpView = Type.Object({ codeRequired: Type.Boolean() });
export type SetUpView = Static<typeof SetUpView>;

export const SetUpDetails = Type.Object(
  { ...SignUpDetails.properties, code: Type.Optional(Type.String({ maxLength: 128 })) },
  { additionalProperties: false },
);
export type SetUpDetails = Static<typeof SetUpDetails>;
