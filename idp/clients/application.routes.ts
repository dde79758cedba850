import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listApplications } from '#core';
import { requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { ApplicationView } from './application.schemas.ts';

export const applicationRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/applications',
    { schema: { response: { 200: Type.Array(ApplicationView) } } },
    async (request) => {
      const { user } = await requirePerson(request, services);
      return listApplications(request.em, user.id);
    },
  );
};
