import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { explainAccess, getUser, listAccess } from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { AccessPage, AccessQuery, AccessView } from './client-access.schemas.ts';

const PAGE = 50;

const Pair = Type.Object({
  id: Type.String({ maxLength: 255 }),
  userId: Type.String({ format: 'uuid' }),
});
const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** Who may open what and why, for administrators who are asked. */
export const clientAccessRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/clients/:id/access/:userId',
    { schema: { params: Pair, response: { 200: AccessView } } },
    async (request) => {
      await requireAdministrator(request, services);
      return explainAccess(request.em, request.params.userId, request.params.id);
    },
  );

  app.get(
    '/users/:id/applications',
    { schema: { params: ById, querystring: AccessQuery, response: { 200: AccessPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      const { id } = await getUser(request.em, request.params.id);
      return listAccess(request.em, id, { ...request.query, limit: PAGE });
    },
  );
};
