import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import {
  createWebSecret,
  getClient,
  InvalidInput,
  listClientSecrets,
  revokeWebSecret,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { CreatedSecret, SecretInput, SecretView } from './client.schemas.ts';
import { toSecretView } from './client-view.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 320 }) });
const BySecret = Type.Object({
  ...ById.properties,
  secret: Type.String({ format: 'uuid' }),
});

/** The secrets of an application: several, so that a new one can take over while the old one still works. */
export const clientSecretRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/clients/:id/secrets',
    {
      schema: {
        params: ById,
        response: { 200: Type.Object({ secrets: Type.Array(SecretView) }) },
      },
    },
    async (request) => {
      await requireAdministrator(request, services);
      const { id } = await getClient(request.em, request.params.id);
      return { secrets: (await listClientSecrets(request.em, id)).map(toSecretView) };
    },
  );

  app.post(
    '/clients/:id/secrets',
    { schema: { params: ById, body: SecretInput, response: { 201: CreatedSecret } } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const { secret, value } = await createWebSecret(request.em, request.params.id, {
        ...toTimes(request.body),
        by: { actor, origin },
      });
      reply.status(201).header('cache-control', 'no-store');
      return { ...toSecretView(secret), value };
    },
  );

  app.delete(
    '/clients/:id/secrets/:secret',
    { schema: { params: BySecret } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const { id, secret } = request.params;
      await revokeWebSecret(request.em, id, { id: secret, by: { actor, origin } });
      return reply.status(204).send();
    },
  );
};

function toTimes({ expiresAt, othersEndIn }: SecretInput) {
  const end = expiresAt ? new Date(expiresAt) : null;
  if (end && end.getTime() <= Date.now()) {
    throw new InvalidInput('expiresAt', 'A secret ends in the future');
  }
  const others = othersEndIn ?? null;
  return {
    expiresAt: end,
    othersEndAt: others === null ? null : new Date(Date.now() + others * 1000),
  };
}
