import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { type Static, Type } from 'typebox';

// WebAuthn's own JSON (Level 3 §5.1.8–5.1.10): its library checks it, the schema only bounds it.
const webauthn = { type: 'object', additionalProperties: true, maxProperties: 16 };

export const CreationOptions = Type.Unsafe<PublicKeyCredentialCreationOptionsJSON>(webauthn);
export const RequestOptions = Type.Unsafe<PublicKeyCredentialRequestOptionsJSON>(webauthn);

const response = {
  type: 'object',
  required: ['id', 'rawId', 'type', 'response'],
  properties: {
    id: { type: 'string', maxLength: 1400 },
    response: { type: 'object', required: ['clientDataJSON'] },
  },
};

export const RegistrationInput = Type.Object({
  credential: Type.Unsafe<RegistrationResponseJSON>(response),
});
export const AuthenticationInput = Type.Object({
  credential: Type.Unsafe<AuthenticationResponseJSON>(response),
});

export const PasskeyView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAt: Type.String(),
  lastUsedAt: Type.Union([Type.String(), Type.Null()]),

  /** Whether it is kept in more than one place, so that losing a device does not lose it. */
  synced: Type.Boolean(),
});
export type PasskeyView = Static<typeof PasskeyView>;

export const PasskeyInput = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
);
