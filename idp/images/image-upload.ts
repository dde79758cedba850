import type { FastifyInstance } from 'fastify';
import { InvalidInput, MAX_IMAGE_BYTES } from '#core';

/** Lets routes that are registered here take an image as it is. Whether it is one is for the registry to say. */
export function acceptImages(app: FastifyInstance): void {
  app.addContentTypeParser(
    ['image/png', 'image/jpeg', 'image/webp'],
    { parseAs: 'buffer', bodyLimit: MAX_IMAGE_BYTES },
    (_request, body, done) => done(null, body),
  );
}

export function toFile(body: unknown): Buffer {
  if (!Buffer.isBuffer(body)) {
    throw new InvalidInput(
      'image',
      'Send the image itself, as image/png, image/jpeg or image/webp',
    );
  }
  return body;
}
