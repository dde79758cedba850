/** Why Permiso said no. Closed, so that every door must say what it answers to each. */
export type RefusalCode =
  | 'invalid_input'
  | 'not_found'
  | 'owned_elsewhere'
  | 'already_taken'
  | 'not_signed_in'
  | 'not_allowed'
  | 'api_key_not_valid'
  | 'api_key_read_only'
  | 'api_key_not_allowed'
  | 'too_many_api_keys'
  | 'set_up_closed'
  | 'bootstrap_code_wrong'
  | 'invite_not_valid'
  | 'invite_required'
  | 'sign_up_closed'
  | 'login_link_not_valid'
  | 'email_verification_not_valid'
  | 'mail_off'
  | 'changed_meanwhile'
  | 'ceremony_expired'
  | 'passkey_refused'
  | 'fresh_passkey_required'
  | 'last_passkey'
  | 'last_administrator'
  | 'interaction_expired'
  | 'user_disabled'
  | 'not_in_groups'
  | 'client_closed'
  | 'cross_site'
  | 'too_many_attempts'
  | 'user_code_unknown'
  | 'user_code_expired'
  | 'user_code_used'
  | 'device_not_allowed';

/** A no with a reason for a person. Everything else that is thrown is an accident. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, sentence: string) {
    super(sentence);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** Input that breaks a rule: names the field, so that a form or a manifest can point at it. */
export class InvalidInput extends Refusal {
  readonly field: string;

  constructor(field: string, sentence: string) {
    super('invalid_input', sentence);
    this.name = 'InvalidInput';
    this.field = field;
  }
}

/** A unique value that somebody else holds already. */
export class AlreadyTaken extends Refusal {
  readonly field: string;

  constructor(field: string, sentence: string) {
    super('already_taken', sentence);
    this.name = 'AlreadyTaken';
    this.field = field;
  }
}

/** Something was tried too often; nobody looked at what was tried. */
export class TooManyAttempts extends Refusal {
  /** Seconds. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super(
      'too_many_attempts',
      `There were too many attempts. Please wait for ${Math.ceil(retryAfter / 60)} min and try again`,
    );
    this.name = 'TooManyAttempts';
    this.retryAfter = retryAfter;
  }
}

/** The row exists and another declarer holds it; nothing of it was changed. */
export class OwnedElsewhere extends Refusal {
  readonly owner: string;

  constructor(what: string, owner: string) {
    super('owned_elsewhere', `${what} is declared by ${owner} and can only be changed there`);
    this.name = 'OwnedElsewhere';
    this.owner = owner;
  }
}

/** The caller decided on what was there before; nothing was changed. */
export class ChangedMeanwhile extends Refusal {
  constructor() {
    super(
      'changed_meanwhile',
      'Somebody else changed this a moment ago, and nothing of yours was saved. Load it again',
    );
    this.name = 'ChangedMeanwhile';
  }
}
