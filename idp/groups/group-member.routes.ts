import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { addMember, getGroup, listMembers, removeMember } from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { MemberPage, MemberQuery } from './group.schemas.ts';

const PAGE = 50;

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });
const ByMember = Type.Object({
  id: Type.String({ format: 'uuid' }),
  user: Type.String({ format: 'uuid' }),
});

/** Who is in a group: read page by page, changed one by one. */
export const groupMemberRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/groups/:id/members',
    { schema: { params: ById, querystring: MemberQuery, response: { 200: MemberPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      const { id } = await getGroup(request.em, request.params.id);
      return listMembers(request.em, id, { ...request.query, limit: PAGE });
    },
  );

  const changes = { PUT: addMember, DELETE: removeMember };
  for (const method of ['PUT', 'DELETE'] as const) {
    app.route({
      method,
      url: '/groups/:id/members/:user',
      schema: { params: ByMember, response: { 204: Type.Null() } },
      async handler(request, reply) {
        const by = await nameActor(request, services);
        const { id, user } = request.params;
        await changes[method](request.em, { groupId: id, userId: user }, by);
        return reply.status(204).send(null);
      },
    });
  }
};

async function nameActor(request: FastifyRequest, services: Services) {
  const { actor, origin } = await requireAdministrator(request, services);
  return { actor, origin };
}
