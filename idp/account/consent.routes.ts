import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listConsents, revokeConsent } from '#core';
import { requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { ConsentView } from './account.schemas.ts';

const ByClient = Type.Object({ client: Type.String({ maxLength: 255 }) });

/** The applications that the person agreed to, until it is taken back. */
export const consentRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/account/consents',
    { schema: { response: { 200: Type.Array(ConsentView) } } },
    async (request) => {
      const { user } = await requirePerson(request, services);
      return listConsents(request.em, user.id);
    },
  );

  app.delete(
    '/account/consents/:client',
    { schema: { params: ByClient } },
    async (request, reply) => {
      const { user, actor, origin } = await requirePerson(request, services);
      const { client } = request.params;
      await revokeConsent(request.em, { userId: user.id, clientId: client }, { actor, origin });
      return reply.status(204).send();
    },
  );
};
