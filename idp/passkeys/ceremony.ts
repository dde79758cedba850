import type { AuthenticatorTransport } from '@simplewebauthn/server';
import { type Passkey, Refusal } from '#core';

/** What a ceremony belongs to: the origin it must name and the browser that began it. */
export interface Browser {
  appUrl: string;
  hash: string;
}

/** A browser in which somebody is signed in, to whom the ceremony belongs as well. */
export interface PersonalBrowser extends Browser {
  userId: string;
}

export function toDescriptor({ id, transports }: Passkey) {
  return { id, transports: transports as AuthenticatorTransport[] };
}

export function rpIdOf({ appUrl }: Browser): string {
  return new URL(appUrl).hostname;
}

/** The challenge that the browser says it answers; whether that is true is checked afterwards. */
export function challengeOf(clientDataJSON: string | undefined): string {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON ?? '', 'base64url').toString());
    return String(challenge);
  } catch {
    throw refused('the browser sent something that is not a passkey');
  }
}

/** WebAuthn §7.1 and §7.2 on `crossOrigin`: no page of ours is ever framed by another site, so no honest answer says so. */
export function assertNotFramed(clientDataJSON: string): void {
  const { crossOrigin } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
  if (crossOrigin === true) {
    throw refused('it was used in a page that another site shows as a part of its own');
  }
}

/** The library throws for what a browser got wrong; to us each of these is a refusal. */
export async function refuseOnThrow<T>(verification: Promise<T>): Promise<T> {
  try {
    return await verification;
  } catch (error) {
    throw refused((error as Error).message);
  }
}

export function refused(why: string): Refusal {
  return new Refusal('passkey_refused', `This passkey was not accepted: ${why}`);
}
