import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { isMigrated } from '#core';
import type { Services } from './services.ts';

/** A database that hangs must not make the question hang as well. */
const PATIENCE_MS = 2_000;

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
    const answer = isMigrated(database);
    const isReady = await Promise.race([answer, sleep(PATIENCE_MS, null, { ref: false })]);
    if (isReady === null) {
      answer.catch(() => {});
      return 'the database does not answer in time';
    }
    return isReady ? null : 'the database schema is not up to date';
  } catch {
    return 'the database does not answer';
  }
}
