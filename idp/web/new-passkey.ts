import {
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  startRegistration,
} from '@simplewebauthn/browser';
import { assertPasskeysWork, explain } from '#web/passkey.ts';

export async function createPasskey(
  optionsJSON: PublicKeyCredentialCreationOptionsJSON,
): Promise<RegistrationResponseJSON> {
  assertPasskeysWork('create');
  return startRegistration({ optionsJSON }).catch(explain);
}

/** Asks the browser to drop a passkey that the server has just refused to register. Best effort. */
export async function forgetPasskey(rpId: string | undefined, credentialId: string): Promise<void> {
  if (rpId && 'signalUnknownCredential' in PublicKeyCredential) {
    await PublicKeyCredential.signalUnknownCredential({ rpId, credentialId });
  }
}
