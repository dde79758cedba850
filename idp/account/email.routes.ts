import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { confirmEmail, getEmailVerification, getUser } from '#core';
import { Accepted } from '../http/problem.schemas.ts';
import type { Services } from '../http/services.ts';
import { originOf, requireFreshPasskey } from '../http/session.ts';
import { EmailInput, EmailVerificationView } from './email.schemas.ts';
import { requestEmail } from './email.service.ts';

const ByToken = Type.Object({ token: Type.String({ maxLength: 128 }) });

export const emailRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  // Login links go to the address, so a session that was left open must not be enough to change it.
  app.post(
    '/account/email',
    { schema: { body: EmailInput, response: { 202: Accepted } } },
    async (request, reply) => {
      const { user } = await requireFreshPasskey(request, services);
      await requestEmail(request.em, services, {
        user: await getUser(request.em, user.id),
        typed: request.body.email,
        origin: originOf(request),
      });
      return reply.status(202).send(undefined);
    },
  );

  app.get(
    '/email-verifications/:token',
    { schema: { params: ByToken, response: { 200: EmailVerificationView } } },
    async ({ em, params }) => getEmailVerification(em, params.token),
  );

  // Whoever reads the mailbox may confirm, in whichever browser the mail was opened.
  app.post(
    '/email-verifications/:token',
    { schema: { params: ByToken } },
    async (request, reply) => {
      await confirmEmail(request.em, request.params.token, originOf(request));
      return reply.status(204).send();
    },
  );
};
