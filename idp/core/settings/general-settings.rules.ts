import { InvalidInput, Refusal } from '../errors.ts';
import type { GeneralSettings } from './settings.types.ts';

const CONTROL = /\p{Cc}/u;
const FIVE_MINUTES = 300;
const ONE_YEAR = 365 * 24 * 3600;

/** Trims what people add by accident, then refuses what no rule allows, naming the field. */
export function toGeneralSettings(input: GeneralSettings): GeneralSettings {
  const name = input.name.trim();
  // It stands in the subject of mails.
  if (name === '' || name.length > 64 || CONTROL.test(name)) {
    throw new InvalidInput('name', 'A name has 1 to 64 characters and no line breaks');
  }
  for (const field of ['sessionLifetime', 'sessionIdleLifetime'] as const) {
    const seconds = input[field];
    if (seconds !== null && (seconds < FIVE_MINUTES || seconds > ONE_YEAR)) {
      throw new InvalidInput(field, 'A session lasts from five minutes to a year');
    }
  }
  return { ...input, name, defaultGroups: [...new Set(input.defaultGroups)] };
}

/** Asked when a sign-up begins, and once more when it ends: somebody may have changed it in between. */
export function assertMaySignUp({ signUp }: GeneralSettings, isInvited: boolean): void {
  if (signUp === 'closed') {
    throw new Refusal(
      'sign_up_closed',
      'No new accounts are made here at the moment, by invitation neither. Ask an administrator to open sign-up again',
    );
  }
  if (signUp === 'invite' && !isInvited) {
    throw new Refusal(
      'invite_required',
      'Accounts are made by invitation only. Ask an administrator for a link',
    );
  }
}
