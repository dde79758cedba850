import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import {
  changeProfile,
  type EntityManager,
  findPendingEmail,
  getUser,
  isMailOn,
  type User,
} from '#core';
import type { Services } from '../http/services.ts';
import { originOf, requireSignedIn } from '../http/session.ts';
import { toImagePath } from '../images/image-path.ts';
import { ProfileInput, ProfileView } from './account.schemas.ts';

export const profileRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get('/account', { schema: { response: { 200: ProfileView } } }, async (request) =>
    view(request.em, await requireUser(request, services)),
  );

  app.patch(
    '/account',
    { schema: { body: ProfileInput, response: { 200: ProfileView } } },
    async (request) => {
      const user = await requireUser(request, services);
      const changed = await changeProfile(request.em, user, request.body, originOf(request));
      return view(request.em, changed);
    },
  );
};

async function requireUser(request: FastifyRequest, services: Services): Promise<User> {
  const { user } = await requireSignedIn(request, services);
  return getUser(request.em, user.id);
}

async function view(em: EntityManager, user: User): Promise<ProfileView> {
  const { id, username, displayName, email, emailVerified, language = null } = user;
  return {
    username,
    displayName,
    email,
    emailVerified,
    pendingEmail: await findPendingEmail(em, id),
    mailOn: await isMailOn(em),
    language,
    pictureUrl: user.picture ? toImagePath(user.picture) : null,
  };
}
