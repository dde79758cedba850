import type { FastifyRequest } from 'fastify';
import { Refusal, recordAudit, type SignInMethod } from '#core';
import { originOf } from '../http/session.ts';

interface Attempt {
  method: SignInMethod;

  /** Whose account it was about, as far as that can be told. */
  findUserId: () => Promise<string | null>;
}

/** Every refusal on the way in is an audit event, also of the person whose account it was. */
export async function recordingFailure<T>(
  request: FastifyRequest,
  work: () => Promise<T>,
  { method, findUserId }: Attempt,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) {
      const userId = await findUserId();
      await recordAudit(request.em, {
        event: 'sign_in_failed',
        actor: 'nobody',
        ...(userId && { userId }),
        origin: originOf(request),
        details: { method, code: error.code, reason: error.message },
      });
    }
    throw error;
  }
}
