import type { FastifyInstance } from 'fastify';
import { isMigrated } from '#core';
import type { Services } from './services.ts';

/** `/healthz`: the process is alive, whatever the database does. `/readyz`: send people here. */
export async function healthRoutes(app: FastifyInstance, services: Services): Promise<void> {
  app.get('/healthz', async () => ({ status: 'alive' }));

  app.get('/readyz', async (_request, reply) => {
    const reason = await findObstacle(services);
    return reply.status(reason ? 503 : 200).send({ status: reason ?? 'ready' });
  });
}

async function findObstacle({ database, draining }: Services): Promise<string | null> {
  if (draining.value) {
    return 'stopping';
  }
  try {
    return (await isMigrated(database)) ? null : 'the database schema is not up to date';
  } catch {
    return 'the database does not answer';
  }
}
