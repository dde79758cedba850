import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import {
  beginCeremony,
  consumeCeremony,
  type EntityManager,
  getGeneralSettings,
  listPasskeys,
  type Passkey,
  type Person,
  type PersonDetails,
} from '#core';
import { namePasskey } from './aaguids.ts';
import {
  assertNotFramed,
  type Browser,
  challengeOf,
  type PersonalBrowser,
  refused,
  refuseOnThrow,
  rpIdOf,
  toDescriptor,
} from './ceremony.ts';

// COSE algorithms: EdDSA, ES256, RS256 (the last for Windows Hello without a newer TPM).
const ALGORITHMS = [-8, -7, -257];

export interface Registration {
  kind: 'set_up' | 'sign_up' | 'add_passkey';
  userId: string;
  person: Pick<PersonDetails, 'username' | 'displayName'>;

  /** Passkeys the person has already; the authenticators that hold them make no second one. */
  known?: Passkey[];

  /** Kept until the passkey arrives, so that the last step trusts nothing the browser repeats. */
  details: Record<string, unknown>;
}

export async function beginRegistration(
  em: EntityManager,
  browser: Browser,
  { kind, userId, person, known = [], details }: Registration,
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
    excludeCredentials: known.map(toDescriptor),
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

/** One more passkey for somebody who is signed in. */
export async function beginAddition(
  em: EntityManager,
  browser: Browser,
  { id: userId, username, displayName }: Person,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const known = await listPasskeys(em, userId);
  const person = { username, displayName };
  return beginRegistration(em, browser, {
    kind: 'add_passkey',
    userId,
    person,
    known,
    details: {},
  });
}

export type NewPasskeyFacts = Omit<Passkey, 'userId' | 'createdAt' | 'lastUsedAt'>;

/** WebAuthn §7.1. The challenge is gone after this, whatever the result. */
export async function finishRegistration(
  em: EntityManager,
  browser: Browser | PersonalBrowser,
  kind: Registration['kind'],
  response: RegistrationResponseJSON,
): Promise<{ details: Record<string, unknown>; passkey: NewPasskeyFacts }> {
  const challenge = challengeOf(response.response?.clientDataJSON);
  const { details } = await consumeCeremony(em, { kind, challenge, browserHash: browser.hash });
  if ('userId' in browser && details.userId !== browser.userId) {
    throw refused('somebody else asked for it');
  }
  assertNotFramed(response.response.clientDataJSON);
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
      name: namePasskey(aaguid),
    },
  };
}
