import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import {
  beginCeremony,
  consumeCeremony,
  type EntityManager,
  findPasskey,
  getGeneralSettings,
  type Passkey,
  type PersonDetails,
  Refusal,
  recordPasskeyUse,
} from '#core';

// COSE algorithms: EdDSA, ES256, RS256 (the last for Windows Hello without a newer TPM).
const ALGORITHMS = [-8, -7, -257];

/** What a ceremony belongs to: the origin it must name and the browser that began it. */
export interface Browser {
  appUrl: string;
  hash: string;
}

export interface Registration {
  kind: 'set_up' | 'sign_up';
  userId: string;
  person: PersonDetails;
  /** Kept until the passkey arrives, so that the last step trusts nothing the browser repeats. */
  details: Record<string, unknown>;
}

export async function beginRegistration(
  em: EntityManager,
  browser: Browser,
  { kind, userId, person, details }: Registration,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { name } = await getGeneralSettings(em);
  const options = await generateRegistrationOptions({
    rpName: name,
    rpID: rpIdOf(browser),
    userName: person.username,
    userDisplayName: person.displayName,
    userID: Buffer.from(userId),
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await beginCeremony(em, {
    kind,
    challenge: options.challenge,
    browserHash: browser.hash,
    details: { ...details, userId, person },
  });
  return options;
}

export type NewPasskeyFacts = Omit<Passkey, 'userId' | 'createdAt' | 'lastUsedAt'>;

/** WebAuthn §7.1. The challenge is gone after this, whatever the result. */
export async function finishRegistration(
  em: EntityManager,
  browser: Browser,
  kind: Registration['kind'],
  response: RegistrationResponseJSON,
): Promise<{ details: Record<string, unknown>; passkey: NewPasskeyFacts }> {
  const challenge = challengeOf(response.response?.clientDataJSON);
  const { details } = await consumeCeremony(em, { kind, challenge, browserHash: browser.hash });
  const { verified, registrationInfo } = await refuseOnThrow(
    verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: browser.appUrl,
      expectedRPID: rpIdOf(browser),
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!verified || !registrationInfo || registrationInfo.credential.id !== response.id) {
    throw refused('it does not answer the request of this page');
  }
  const { credential, credentialDeviceType, credentialBackedUp, aaguid } = registrationInfo;
  return {
    details,
    passkey: {
      id: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: response.response.transports ?? [],
      backupEligible: credentialDeviceType === 'multiDevice',
      backedUp: credentialBackedUp,
      aaguid,
      name: 'Passkey',
    },
  };
}

export async function beginSignIn(
  em: EntityManager,
  browser: Browser,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({
    rpID: rpIdOf(browser),
    userVerification: 'required',
  });
  await beginCeremony(em, {
    kind: 'sign_in',
    challenge: options.challenge,
    browserHash: browser.hash,
  });
  return options;
}

/** WebAuthn §7.2, with the checks the library leaves to its caller. Says whose passkey it was. */
export async function finishSignIn(
  em: EntityManager,
  browser: Browser,
  response: AuthenticationResponseJSON,
): Promise<Passkey> {
  const challenge = challengeOf(response.response?.clientDataJSON);
  await consumeCeremony(em, { kind: 'sign_in', challenge, browserHash: browser.hash });

  // Step 6: the key is chosen by the id that was sent, and must belong to the user handle sent with it.
  const passkey = await findPasskey(em, response.id);
  if (!passkey) {
    throw refused('it is not known here. It may have been removed from the account');
  }
  const handle = response.response.userHandle;
  if (!handle || Buffer.from(handle, 'base64url').toString() !== passkey.userId) {
    throw refused('it names another account than the one it belongs to');
  }
  const use = await verifyUse(browser, challenge, { response, passkey });
  await recordPasskeyUse(em, passkey.id, use);
  return passkey;
}

async function verifyUse(
  browser: Browser,
  challenge: string,
  { response, passkey }: { response: AuthenticationResponseJSON; passkey: Passkey },
): Promise<{ counter: number; backedUp: boolean }> {
  const { verified, authenticationInfo } = await refuseOnThrow(
    verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: browser.appUrl,
      expectedRPID: rpIdOf(browser),
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
    }),
  );
  if (!verified) {
    throw refused('its signature is not valid');
  }
  // Steps 17 and 18: backup eligibility is fixed at registration.
  const isEligible = authenticationInfo.credentialDeviceType === 'multiDevice';
  if (isEligible !== passkey.backupEligible) {
    throw refused('it claims another kind than at its registration');
  }
  return {
    counter: authenticationInfo.newCounter,
    backedUp: authenticationInfo.credentialBackedUp,
  };
}

function rpIdOf({ appUrl }: Browser): string {
  return new URL(appUrl).hostname;
}

/** The challenge that the browser says it answers; whether that is true is checked afterwards. */
function challengeOf(clientDataJSON: string | undefined): string {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON ?? '', 'base64url').toString());
    return String(challenge);
  } catch {
    throw refused('the browser sent something that is not a passkey');
  }
}

/** The library throws for what a browser got wrong; to us each of these is a refusal. */
async function refuseOnThrow<T>(verification: Promise<T>): Promise<T> {
  try {
    return await verification;
  } catch (error) {
    throw refused((error as Error).message);
  }
}

function refused(why: string): Refusal {
  return new Refusal('passkey_refused', `This passkey was not accepted: ${why}`);
}
