import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { createApiKey, type EntityManager, listApiKeys, renewApiKey, revokeApiKey } from '#core';
import { requireAdministrator, requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { originOf, requireFreshPasskey } from '../http/session.ts';
import {
  ApiKeyInput,
  ApiKeyPage,
  ApiKeyQuery,
  ApiKeyRenewal,
  IssuedApiKey,
} from './api-key.schemas.ts';

const PAGE = 50;

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });

/**
 * One's own keys. Whoever has a key acts in the name of its owner, so it is told to nobody else, asks for a fresh
 * passkey, and is never made by another key.
 */
export const ownApiKeyRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/account/api-keys',
    { schema: { querystring: ApiKeyQuery, response: { 200: ApiKeyPage } } },
    async (request) => {
      const { user } = await requirePerson(request, services);
      return readPage(request.em, { ...request.query, userId: user.id });
    },
  );

  app.post(
    '/account/api-keys',
    { schema: { body: ApiKeyInput, response: { 201: IssuedApiKey } } },
    async (request, reply) => {
      const { user } = await requireFreshPasskey(request, services);
      const by = { actor: `user:${user.id}`, origin: originOf(request) };
      const wanted = { ...request.body, userId: user.id, expiresAt: toDate(request.body) };
      const { id, token } = await createApiKey(request.em, wanted, by);
      reply.status(201).header('cache-control', 'no-store');
      return { id, key: token };
    },
  );

  app.post(
    '/account/api-keys/:id/renew',
    { schema: { params: ById, body: ApiKeyRenewal, response: { 200: IssuedApiKey } } },
    async (request, reply) => {
      const { user } = await requireFreshPasskey(request, services);
      const by = { actor: `user:${user.id}`, origin: originOf(request) };
      const { id } = request.params;
      const renewal = { id, userId: user.id, expiresAt: toDate(request.body) };
      const { token } = await renewApiKey(request.em, renewal, by);
      reply.header('cache-control', 'no-store');
      return { id, key: token };
    },
  );

  app.delete('/account/api-keys/:id', { schema: { params: ById } }, async (request, reply) => {
    const { user, actor, origin } = await requirePerson(request, services);
    await revokeApiKey(request.em, { ...request.params, userId: user.id }, { actor, origin });
    return reply.status(204).send();
  });
};

/** Anyone's, for administrators, who may end them. */
export const apiKeyRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/api-keys',
    { schema: { querystring: ApiKeyQuery, response: { 200: ApiKeyPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      return readPage(request.em, request.query);
    },
  );

  app.delete('/api-keys/:id', { schema: { params: ById } }, async (request, reply) => {
    const { actor, origin } = await requireAdministrator(request, services);
    await revokeApiKey(request.em, request.params, { actor, origin });
    return reply.status(204).send();
  });
};

async function readPage(
  em: EntityManager,
  filter: ApiKeyQuery & { userId?: string },
): Promise<ApiKeyPage> {
  const keys = await listApiKeys(em, { ...filter, limit: PAGE + 1 });
  const apiKeys = keys.slice(0, PAGE);
  return { apiKeys, next: keys.length > PAGE ? (apiKeys.at(-1)?.id ?? null) : null };
}

function toDate({ expiresAt }: ApiKeyRenewal): Date | null {
  return expiresAt === null ? null : new Date(expiresAt);
}
