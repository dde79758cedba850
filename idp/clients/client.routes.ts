import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  type Client,
  type ClientDeclaration,
  changeClient,
  createClient,
  deleteClient,
  getClient,
  listClients,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { toClientManifest } from '../manifests/client.manifest.ts';
import { ManifestText, sendManifest } from '../manifests/manifest.ts';
import {
  ClientChange,
  ClientInput,
  ClientPage,
  ClientQuery,
  ClientView,
} from './client.schemas.ts';
import { toDeclaration, viewClient } from './client-view.ts';

const PAGE = 50;

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 320 }) });

/** Applications, for administrators. */
export const clientRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/clients',
    { schema: { querystring: ClientQuery, response: { 200: ClientPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      return listClients(request.em, { ...request.query, limit: PAGE });
    },
  );

  app.post(
    '/clients',
    { schema: { body: ClientInput, response: { 201: ClientView } } },
    async (request, reply) => {
      const by = await nameCaller(request, services);
      const client = await createClient(request.em, toDeclaration(request.body), by);
      return answer(request, reply.status(201), client);
    },
  );

  app.get(
    '/clients/:id',
    { schema: { params: ById, response: { 200: ClientView } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      return answer(request, reply, await getClient(request.em, request.params.id));
    },
  );

  app.get(
    '/clients/:id/manifest',
    { schema: { params: ById, response: { 200: ManifestText } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      const client = await getClient(request.em, request.params.id);
      return sendManifest(reply, toClientManifest(client));
    },
  );

  app.patch(
    '/clients/:id',
    { schema: { params: ById, body: ClientChange, response: { 200: ClientView } } },
    async (request, reply) => {
      const by = await nameCaller(request, services);
      const change = request.body as Partial<ClientDeclaration>;
      const seen = seenBy(request);
      const client = await changeClient(request.em, request.params.id, { change, by, seen });
      return answer(request, reply, client);
    },
  );

  app.delete('/clients/:id', { schema: { params: ById } }, async (request, reply) => {
    const by = await nameCaller(request, services);
    await deleteClient(request.em, request.params.id, { by, seen: seenBy(request) });
    return reply.status(204).send();
  });
};

async function nameCaller(request: FastifyRequest, services: Services) {
  const { actor, origin } = await requireAdministrator(request, services);
  return { actor, origin };
}

function seenBy({ headers }: FastifyRequest): string | null {
  return headers['if-match']?.replace(/^"(.*)"$/, '$1') ?? null;
}

async function answer(
  { em }: FastifyRequest,
  reply: FastifyReply,
  client: Client,
): Promise<ClientView> {
  const view = await viewClient(em, client);
  reply.header('etag', `"${view.version}"`);
  return view;
}
