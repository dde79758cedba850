import type { FastifyRequest } from 'fastify';
import type { DeviceCode, Interaction, Provider } from 'oidc-provider';
import {
  assertAttempt,
  type EntityManager,
  forgetAttempt,
  hashToken,
  query,
  type RateLimit,
  Refusal,
} from '#core';
import { toNetwork } from '../../http/network.ts';
import type { SignedIn } from '../../http/session.ts';
import { recordKey } from '../oidc.adapter.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const SECONDS = 600;
const WRONG_PER_ADDRESS = 20;
const WRONG_PER_PERSON = 10;

/** Looks for a code while a wrong one counts: at most so many from one address and by one person, on all replicas. */
export async function spendGuess(
  request: FastifyRequest,
  signedIn: SignedIn | null,
  look: () => Promise<DeviceCode>,
): Promise<DeviceCode> {
  const limits = limitsOf(request, signedIn);
  for (const limit of limits) {
    await assertAttempt(request.em, limit);
  }
  const code = await look();
  for (const limit of limits) {
    await forgetAttempt(request.em, limit);
  }
  return code;
}

function limitsOf({ ip }: FastifyRequest, signedIn: SignedIn | null): RateLimit[] {
  const address = `user_code/address/${toNetwork(ip)}`;
  const person = `user_code/person/${signedIn?.user.id}`;
  const limits = [{ key: address, attempts: WRONG_PER_ADDRESS, seconds: SECONDS }];
  return signedIn
    ? [...limits, { key: person, attempts: WRONG_PER_PERSON, seconds: SECONDS }]
    : limits;
}

/** Lower case, spaces, and dashes left out or doubled, are all the same code. */
export function normaliseUserCode(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** As the device shows it. */
export function formatUserCode(userCode: string): string {
  return `${userCode.slice(0, 4)}-${userCode.slice(4)}`;
}

/** The code of a device that waits; every other code is refused with what is the matter. */
export async function getWaitingCode(provider: Provider, userCode: string): Promise<DeviceCode> {
  const code = await provider.DeviceCode.findByUserCode(userCode, { ignoreExpiration: true });
  if (!code) {
    throw new Refusal('user_code_unknown', 'No device is waiting with this code');
  }
  if (code.isExpired) {
    throw new Refusal('user_code_expired', 'This code has expired');
  }
  if (code.error || code.accountId || code.inFlight) {
    throw new Refusal('user_code_used', 'This code was already used');
  }
  const client = await provider.Client.find(code.clientId ?? '');
  if (!client?.grantTypeAllowed(DEVICE_GRANT)) {
    throw new Refusal(
      'device_not_allowed',
      'The application of this device may no longer let devices sign in',
    );
  }
  return code;
}

/**
 * From here on only this browser can let the device in. Of two that confirm one code at once, one finds the row as it
 * was; `cid` stays the same through all steps, so that a second press of the button does no harm.
 */
export async function claimDeviceCode(em: EntityManager, interaction: Interaction): Promise<void> {
  const { cid, deviceCode } = interaction;
  const claim = hashToken(cid);
  const rows = await query(em, CLAIM, [recordKey('DeviceCode', deviceCode ?? ''), claim]);
  if (rows.length === 0) {
    throw new Refusal('user_code_used', 'This code was already used');
  }
}

const CLAIM = `
update oidc_records set payload = payload || jsonb_build_object('inFlight', $2::text)
where id = $1 and consumed_at is null and not payload ?| array['accountId', 'error']
  and coalesce(payload ->> 'inFlight', $2) = $2
returning id`;
