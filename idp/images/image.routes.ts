import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findImage, Refusal } from '#core';

const ByName = Type.Object({ name: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) });

/** Whatever somebody put into it, opened by itself it is a picture to save, in a room without doors. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  // Applications show the pictures of their people.
  'cross-origin-resource-policy': 'cross-origin',
  // The name is the hash of what it shows.
  'cache-control': 'public, max-age=31536000, immutable',
};

/** Pictures and logos, for whoever knows the name: applications and mails show them too. */
export const imageRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/images/:name', { schema: { params: ByName } }, async ({ em, params }, reply) => {
    const image = await findImage(em, params.name);
    if (!image) {
      throw new Refusal('not_found', 'There is no such image; somebody may have taken it away');
    }
    return reply
      .headers(HEADERS)
      .header('content-disposition', `attachment; filename="image.${image.type}"`)
      .type(`image/${image.type}`)
      .send(image.bytes);
  });
};
