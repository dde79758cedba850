import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  changeGroup,
  createGroup,
  deleteGroup,
  type EntityManager,
  type Group,
  type GroupLine,
  getGroup,
  getMembership,
  listGroups,
  listOpenedClients,
  mayEditMembers,
  versionOfGroup,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
import { seenBy, tagged } from '../http/conditions.ts';
import type { Services } from '../http/services.ts';
import {
  DeletedGroup,
  GroupChange,
  GroupInput,
  GroupPage,
  GroupQuery,
  type GroupSummary,
  GroupView,
} from './group.schemas.ts';

const PAGE = 50;

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** Groups, for administrators. What a resource or the directory owns can only be changed there. */
export const groupRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/groups',
    { schema: { querystring: GroupQuery, response: { 200: GroupPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      const { groups, next } = await listGroups(request.em, { ...request.query, limit: PAGE });
      return { groups: groups.map(toSummary), next };
    },
  );

  app.post(
    '/groups',
    { schema: { body: GroupInput, response: { 201: GroupView } } },
    async (request, reply) => {
      const by = await nameActor(request, services);
      const group = await createGroup(request.em, request.body, by);
      return tagged(reply.status(201), await view(request.em, group));
    },
  );

  app.get(
    '/groups/:id',
    { schema: { params: ById, response: { 200: GroupView } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      const group = await getGroup(request.em, request.params.id);
      return tagged(reply, await view(request.em, group));
    },
  );

  app.patch(
    '/groups/:id',
    { schema: { params: ById, body: GroupChange, response: { 200: GroupView } } },
    async (request, reply) => {
      const by = await nameActor(request, services);
      const change = { change: request.body, by, seen: seenBy(request) };
      const group = await changeGroup(request.em, request.params.id, change);
      return tagged(reply, await view(request.em, group));
    },
  );

  app.delete(
    '/groups/:id',
    { schema: { params: ById, response: { 200: DeletedGroup } } },
    async (request) => {
      const by = await nameActor(request, services);
      const { id, name } = await getGroup(request.em, request.params.id);
      const clients = await listOpenedClients(request.em, name);
      await deleteGroup(request.em, id, { by, seen: seenBy(request) });
      return { clients };
    },
  );
};

async function nameActor(request: FastifyRequest, services: Services) {
  const { actor, origin } = await requireAdministrator(request, services);
  return { actor, origin };
}

async function view(em: EntityManager, group: Group): Promise<GroupView> {
  const { memberCount, unknownMembers } = await getMembership(em, group);
  const { declaredMembers = null, customClaims } = group;
  return {
    ...toSummary({ ...group, declaredMembers, memberCount }),
    unknownMembers,
    customClaims,
    clients: await listOpenedClients(em, group.name),
    version: versionOfGroup(group),
  };
}

function toSummary(group: GroupLine): GroupSummary {
  const { id, name, displayName, owner, memberCount } = group;
  return { id, name, displayName, owner, memberCount, membersEditable: mayEditMembers(group) };
}
