import type { FastifyReply, FastifyRequest } from 'fastify';

/** The version that the caller has seen (`If-Match`, RFC 9110 §13.1.1); null goes ahead whatever is there. */
export function seenBy({ headers }: FastifyRequest): string | null {
  const tag = headers['if-match'];
  return !tag || tag === '*' ? null : tag.replace(/^"(.*)"$/, '$1');
}

/** Tells the caller which version they see now. */
export function tagged<View extends { version: string }>(reply: FastifyReply, view: View): View {
  reply.header('etag', `"${view.version}"`);
  return view;
}
