import {
  type AuthenticationResponseJSON,
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  WebAuthnAbortService,
} from '@simplewebauthn/browser';
import { type Key, t } from '#web/locales/locales.ts';
import { Problem } from '#web/problem.ts';
import { currentSession } from '#web/session.ts';

type Purpose = 'create' | 'get';

/** Why this page could not ask for a passkey here, before the browser is asked and answers in riddles. */
export function findPasskeyTrouble(purpose: Purpose): Problem | null {
  const expected = currentSession().instance.origin;
  const actual = location.origin;

  // The address comes first: who opens the right one usually has a secure context as well.
  if (actual !== expected) {
    return trouble('passkey.origin', { actual, expected });
  }
  if (!isSecureContext) {
    return trouble('passkey.insecure', { actual });
  }
  if (!browserSupportsWebAuthn()) {
    return trouble('passkey.missing');
  }
  return isBlockedByPolicy(purpose) ? trouble('passkey.blocked') : null;
}

export async function askForPasskey(
  optionsJSON: PublicKeyCredentialRequestOptionsJSON,
): Promise<AuthenticationResponseJSON> {
  assertPasskeysWork('get');
  return startAuthentication({ optionsJSON }).catch(explain);
}

/**
 * Lets the browser offer saved passkeys in the input that asks for them, and waits for a choice.
 * Null when the browser cannot, or when the request was cancelled.
 */
export async function awaitAutofill(
  optionsJSON: PublicKeyCredentialRequestOptionsJSON,
): Promise<AuthenticationResponseJSON | null> {
  assertPasskeysWork('get');
  return startAuthentication({ optionsJSON, useBrowserAutofill: true }).catch((error: unknown) => {
    if (isNamed(error, 'AbortError')) {
      return null;
    }
    return explain(error);
  });
}

/** A guess that needs no waiting. */
export function expectsAutofill(): boolean {
  return (
    findPasskeyTrouble('get') === null && 'isConditionalMediationAvailable' in PublicKeyCredential
  );
}

export async function mayAutofill(): Promise<boolean> {
  return expectsAutofill() && (await browserSupportsWebAuthnAutofill());
}

/** Only one request may be open at a time: whoever starts another cancels the waiting one first. */
export function cancelPasskeyRequest(): void {
  WebAuthnAbortService.cancelCeremony();
}

export function assertPasskeysWork(purpose: Purpose): void {
  const found = findPasskeyTrouble(purpose);
  if (found) {
    throw found;
  }
}

/** Only Chromium tells; elsewhere the ceremony itself reports the policy. */
function isBlockedByPolicy(purpose: Purpose): boolean {
  const { featurePolicy } = document as {
    featurePolicy?: { allowsFeature(feature: string): boolean };
  };
  return featurePolicy?.allowsFeature(`publickey-credentials-${purpose}`) === false;
}

const REASONS: Record<string, Key> = {
  NotAllowedError: 'passkey.cancelled',
  AbortError: 'passkey.cancelled',
  InvalidStateError: 'passkey.registered',
  SecurityError: 'passkey.domain',
  NotSupportedError: 'passkey.unsupported',
  ConstraintError: 'passkey.unsupported',
};

export function explain(error: unknown): never {
  const name = Object.keys(REASONS).find((candidate) => isNamed(error, candidate));
  throw trouble(name ? (REASONS[name] as Key) : 'passkey.failed', {}, error);
}

/** simplewebauthn wraps the browser's error and keeps its name or the error itself as cause. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && (error.name === name || isNamed(error.cause, name));
}

function trouble(key: Key, values: Record<string, string> = {}, cause?: unknown): Problem {
  return new Problem({ status: 0, code: key.replace('.', '_'), title: t(key, values) }, { cause });
}
