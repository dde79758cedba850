import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { changePicture, getUser } from '#core';
import { requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { acceptImages, toFile } from '../images/image-upload.ts';

/** The picture that people show of themselves, to the pages and to applications. */
export const pictureRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  acceptImages(app);

  app.put('/account/picture', async (request, reply) => {
    await change(request, services, toFile(request.body));
    return reply.status(204).send();
  });

  app.delete('/account/picture', async (request, reply) => {
    await change(request, services, null);
    return reply.status(204).send();
  });
};

async function change(
  request: FastifyRequest,
  services: Services,
  file: Buffer | null,
): Promise<void> {
  const { user, actor, origin } = await requirePerson(request, services);
  const account = await getUser(request.em, user.id);
  await changePicture(request.em, account, file, { actor, origin });
}
