import type { FastifyInstance } from 'fastify';
import type { Database, EntityManager } from '#core';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's own unit of work. */
    em: EntityManager;
  }
}

export function addUnitOfWork(app: FastifyInstance, database: Database): void {
  app.decorateRequest('em');
  app.addHook('onRequest', async (request) => {
    request.em = database.em.fork();
  });
}
