import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '#core';
import { OPERATIONS } from '../openapi/operations.ts';
import { requireAdministrator, requirePerson } from './caller.ts';
import { isSafe } from './security.ts';
import type { Services } from './services.ts';
import { requireSignedIn } from './session.ts';

/** Asks who may call a route before its input is read: whoever may not learns nothing of what it would take. */
export function addAccess(app: FastifyInstance, services: Services): void {
  app.addHook('onRequest', async (request) => {
    switch (operationOf(request)?.access) {
      case 'administrator':
        await requireAdministrator(request, services);
        return;
      case 'person':
        await requirePerson(request, services);
        return;
      case 'hands':
        await requireSignedIn(request, services);
        return;
      default:
        assertByHand(request);
    }
  });
}

function operationOf({ method, routeOptions }: FastifyRequest) {
  return OPERATIONS[`${method === 'HEAD' ? 'GET' : method} ${routeOptions.url}`];
}

/** What anybody may do is how people come in, which no key does for them. */
function assertByHand({ method, keyHolder }: FastifyRequest): void {
  if (keyHolder && !isSafe(method)) {
    throw new Refusal('api_key_not_allowed', 'An API key may not do this; sign in to do it');
  }
}
