import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listMails, retryMail } from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { MailPage } from './mail.schemas.ts';

const PAGE = 50;

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });
const MailQuery = Type.Object(
  {
    before: Type.Optional(Type.String({ format: 'uuid' })),

    /** Those to one person. */
    user: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { additionalProperties: false },
);

/** What was sent and what is to be sent, for administrators. */
export const mailRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/mails',
    { schema: { querystring: MailQuery, response: { 200: MailPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      const { before, user } = request.query;
      const mails = await listMails(request.em, { before, userId: user, limit: PAGE + 1 });
      const page = mails.slice(0, PAGE);
      return { mails: page, next: mails.length > PAGE ? (page.at(-1)?.id ?? null) : null };
    },
  );

  app.post('/mails/:id/retry', { schema: { params: ById } }, async (request, reply) => {
    await requireAdministrator(request, services);
    await retryMail(request.em, request.params.id);
    return reply.status(204).send();
  });
};
