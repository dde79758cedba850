import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import {
  AlreadyTaken,
  InvalidInput,
  isDatabaseAway,
  isUnstorable,
  Refusal,
  type RefusalCode,
  TooManyAttempts,
} from '#core';
import type { Problem } from './problem.schemas.ts';

const STATUS: Record<RefusalCode, number> = {
  invalid_input: 422,
  not_found: 404,
  owned_elsewhere: 409,
  already_taken: 409,
  not_signed_in: 401,
  not_allowed: 403,
  api_key_not_valid: 401,
  api_key_read_only: 403,
  api_key_not_allowed: 403,
  too_many_api_keys: 409,
  set_up_closed: 404,
  bootstrap_code_wrong: 403,
  invite_not_valid: 404,
  invite_required: 403,
  sign_up_closed: 403,
  login_link_not_valid: 404,
  email_verification_not_valid: 404,
  mail_off: 409,
  changed_meanwhile: 412,
  ceremony_expired: 409,
  passkey_refused: 401,
  fresh_passkey_required: 403,
  last_passkey: 409,
  last_administrator: 409,
  interaction_expired: 404,
  user_disabled: 403,
  not_in_groups: 403,
  client_closed: 403,
  cross_site: 403,
  too_many_attempts: 429,
  user_code_unknown: 404,
  user_code_expired: 410,
  user_code_used: 409,
  device_not_allowed: 403,
};

export const RETRY_AFTER_SECONDS = 1;

export const DATABASE_UNAVAILABLE: Problem = {
  status: 503,
  code: 'database_unavailable',
  title: 'Our database cannot be reached at the moment. Please try again in a few seconds',
};

/** The one place where errors become HTTP (RFC 9457). Accidents tell the caller nothing but the request id. */
export function answerProblem(
  error: FastifyError | Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = toProblem(error);
  if (problem === DATABASE_UNAVAILABLE) {
    request.log.warn({ err: error }, 'request failed because the database is away');
    reply.header('retry-after', RETRY_AFTER_SECONDS);
  } else if (problem.status >= 500) {
    request.log.error({ err: error }, 'request failed');
  }
  if (error instanceof TooManyAttempts) {
    reply.header('retry-after', error.retryAfter);
  }
  return sendProblem(reply, problem);
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

function toProblem(error: FastifyError | Refusal): Problem {
  if (error instanceof Refusal) {
    const problem = { status: STATUS[error.code], code: error.code, title: error.message };
    const namesField = error instanceof InvalidInput || error instanceof AlreadyTaken;
    return namesField ? { ...problem, field: error.field } : problem;
  }
  // Fastify's own refusals (bad JSON, failed schema, too large) are safe to repeat to the caller.
  if (error.statusCode && error.statusCode < 500) {
    return { status: error.statusCode, code: 'bad_request', title: error.message };
  }
  if (isUnstorable(error)) {
    const title = 'Text may not contain the character U+0000';
    return { status: 422, code: 'invalid_input', title };
  }
  if (isDatabaseAway(error)) {
    return DATABASE_UNAVAILABLE;
  }
  return {
    status: 500,
    code: 'internal',
    title: 'Something went wrong on our side. Please try again',
  };
}
