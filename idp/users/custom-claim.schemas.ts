import { type Static, Type } from 'typebox';
import { MAX_CUSTOM_CLAIMS, MAX_KEY_LENGTH, MAX_VALUE_LENGTH } from '#core';

/** What an administrator adds to ID tokens and userinfo; a value that is JSON becomes JSON there. */
export const CustomClaims = Type.Array(
  Type.Object(
    {
      key: Type.String({ maxLength: MAX_KEY_LENGTH }),
      value: Type.String({ maxLength: MAX_VALUE_LENGTH }),
    },
    { additionalProperties: false },
  ),
  { maxItems: MAX_CUSTOM_CLAIMS },
);
export type CustomClaims = Static<typeof CustomClaims>;
