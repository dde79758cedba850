import type { FastifyRequest } from 'fastify';
import { type EntityManager, isDatabaseAway, Refusal } from '#core';
import type { Services } from './services.ts';

/** Does what nobody waits for. The answer comes before it, so that neither its words nor its time tell what was found. */
export function afterwards(
  request: FastifyRequest,
  { database }: Services,
  work: (em: EntityManager) => Promise<void>,
): void {
  void work(database.em.fork()).catch((err) => {
    const level = isDatabaseAway(err) || err instanceof Refusal ? 'warn' : 'error';
    request.log[level]({ err }, 'what was to be done after the answer failed');
  });
}
