import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import {
  consumeLoginLink,
  countAttempt,
  type EntityManager,
  findUserByEmail,
  getGeneralSettings,
  getUser,
  Refusal,
} from '#core';
import { afterwards } from '../http/afterwards.ts';
import { requireAdministrator } from '../http/caller.ts';
import { PER_MAILBOX } from '../http/limits.ts';
import { Accepted } from '../http/problem.schemas.ts';
import type { Services } from '../http/services.ts';
import { originOf, signIn } from '../http/session.ts';
import { recordingFailure } from '../sessions/sign-in-failure.ts';
import { CreatedLoginLink, LoginLinkRequest } from './login-link.schemas.ts';
import { sendLoginLink } from './login-link.service.ts';

const ByToken = Type.Object({ token: Type.String({ maxLength: 128 }) });
const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });

export const loginLinkRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.post(
    '/users/:id/login-link',
    { schema: { params: ById, response: { 201: CreatedLoginLink } } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const user = await getUser(request.em, request.params.id);
      const link = await sendLoginLink(request.em, services, { user, by: { actor, origin } });
      return reply.status(201).send(link);
    },
  );

  app.post(
    '/login-links',
    { schema: { body: LoginLinkRequest, response: { 202: Accepted } } },
    async (request, reply) => {
      const { loginLinksByEmail } = await getGeneralSettings(request.em);
      if (!loginLinksByEmail) {
        throw new Refusal(
          'not_allowed',
          'Login links are sent by administrators only. Ask one of them',
        );
      }
      const { email } = request.body;
      const by = { actor: 'nobody', origin: originOf(request) };
      afterwards(request, services, (em) => sendIfKnown(em, email, by));
      return reply.status(202).send(undefined);
    },
  );

  async function sendIfKnown(
    em: EntityManager,
    email: string,
    by: Parameters<typeof sendLoginLink>[2]['by'],
  ) {
    const user = await findUserByEmail(em, email);
    // Whoever reads a mailbox that was never confirmed may be anybody: a mistyped address is somebody's, too.
    // One that the directory tells is its company's word, and the way in for who is new.
    const isKnown = user?.emailVerified || user?.owner === 'ldap';
    const isTheirs = user && isKnown && !user.disabledAt;
    if (isTheirs && (await countAttempt(em, PER_MAILBOX('login_link', user.id))) === 0) {
      await sendLoginLink(em, services, { user, by });
    }
  }

  app.post('/login-links/:token', { schema: { params: ByToken } }, async (request, reply) => {
    const userId = await recordingFailure(
      request,
      () => consumeLoginLink(request.em, request.params.token),
      { method: 'login_link', findUserId: async () => null },
    );
    await signIn(request, reply, services, { userId, method: 'login_link' });
    return reply.status(204).send();
  });
};
