import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import {
  beginCeremony,
  consumeCeremony,
  type EntityManager,
  findPasskey,
  type KnownPasskey,
  listPasskeys,
  recordPasskeyUse,
} from '#core';
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
): Promise<KnownPasskey> {
  const challenge = challengeOf(response.response?.clientDataJSON);
  await consumeCeremony(em, { kind: 'sign_in', challenge, browserHash: browser.hash });

  const passkey = await getAnswering(em, response);
  const handle = response.response.userHandle;
  if (!handle || Buffer.from(handle, 'base64url').toString() !== passkey.userId) {
    throw refused('it names another account than the one it belongs to');
  }
  return use(em, browser, challenge, { response, passkey });
}

/** Asks somebody who is signed in to show up again, with one of their own passkeys. */
export async function beginStepUp(
  em: EntityManager,
  browser: Browser,
  userId: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({
    rpID: rpIdOf(browser),
    userVerification: 'required',
    allowCredentials: (await listPasskeys(em, userId)).map(toDescriptor),
  });
  await beginCeremony(em, {
    kind: 'step_up',
    challenge: options.challenge,
    browserHash: browser.hash,
    details: { userId },
  });
  return options;
}

/** Somebody else's passkey, good as it may be, is refused: the session stays whose it is. */
export async function finishStepUp(
  em: EntityManager,
  browser: PersonalBrowser,
  response: AuthenticationResponseJSON,
): Promise<void> {
  const challenge = challengeOf(response.response?.clientDataJSON);
  const ceremony = { kind: 'step_up', challenge, browserHash: browser.hash } as const;
  const { details } = await consumeCeremony(em, ceremony);

  const passkey = await getAnswering(em, response);
  if (passkey.userId !== browser.userId || details.userId !== browser.userId) {
    throw refused('it belongs to another account than the one that is signed in');
  }
  await use(em, browser, challenge, { response, passkey });
}

/** Step 6: the key is chosen by the id that was sent, and must belong to the user handle sent with it. */
async function getAnswering(
  em: EntityManager,
  { id }: AuthenticationResponseJSON,
): Promise<KnownPasskey> {
  const passkey = await findPasskey(em, id);
  if (!passkey) {
    throw refused('it is not known here. It may have been removed from the account');
  }
  return passkey;
}

async function use(
  em: EntityManager,
  browser: Browser,
  challenge: string,
  answer: { response: AuthenticationResponseJSON; passkey: KnownPasskey },
): Promise<KnownPasskey> {
  await recordPasskeyUse(em, answer.passkey.id, await verifyUse(browser, challenge, answer));
  return answer.passkey;
}

async function verifyUse(
  browser: Browser,
  challenge: string,
  { response, passkey }: { response: AuthenticationResponseJSON; passkey: KnownPasskey },
): Promise<{ counter: number; backedUp: boolean }> {
  assertNotFramed(response.response.clientDataJSON);
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
