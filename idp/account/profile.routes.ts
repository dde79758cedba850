import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { changeProfile, getUser, type User } from '#core';
import type { Services } from '../http/services.ts';
import { originOf, requireSignedIn } from '../http/session.ts';
import { ProfileInput, ProfileView } from './account.schemas.ts';

export const profileRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get('/account', { schema: { response: { 200: ProfileView } } }, async (request) =>
    toView(await requireUser(request, services)),
  );

  app.patch(
    '/account',
    { schema: { body: ProfileInput, response: { 200: ProfileView } } },
    async (request) => {
      const user = await requireUser(request, services);
      return toView(await changeProfile(request.em, user, request.body, originOf(request)));
    },
  );
};

async function requireUser(request: FastifyRequest, services: Services): Promise<User> {
  const { user } = await requireSignedIn(request, services);
  return getUser(request.em, user.id);
}

function toView({ username, displayName, email, emailVerified, language }: User): ProfileView {
  return { username, displayName, email, emailVerified, language: language ?? null };
}
