import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { changePicture, getUser } from '#core';
import type { Services } from '../http/services.ts';
import { originOf, requireSignedIn } from '../http/session.ts';
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
  const { id } = (await requireSignedIn(request, services)).user;
  const user = await getUser(request.em, id);
  await changePicture(request.em, user, file, { actor: `user:${id}`, origin: originOf(request) });
}
