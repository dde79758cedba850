import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  changeProfile,
  type EntityManager,
  findPendingEmail,
  getUser,
  isMailOn,
  type User,
} from '#core';
import { requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { toImagePath } from '../images/image-path.ts';
import { ProfileInput, ProfileView } from './account.schemas.ts';

export const profileRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get('/account', { schema: { response: { 200: ProfileView } } }, async (request) => {
    const { user } = await requirePerson(request, services);
    return view(request.em, await getUser(request.em, user.id));
  });

  app.patch(
    '/account',
    { schema: { body: ProfileInput, response: { 200: ProfileView } } },
    async (request) => {
      const { user, actor, origin } = await requirePerson(request, services);
      const account = await getUser(request.em, user.id);
      const changed = await changeProfile(request.em, account, request.body, { actor, origin });
      return view(request.em, changed);
    },
  );
};

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
