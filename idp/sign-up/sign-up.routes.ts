import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { assertMaySignUp, consumeInvite, getGeneralSettings, getInvite } from '#core';
import type { Services } from '../http/services.ts';
import { CreationOptions, RegistrationInput } from '../passkeys/passkey.schemas.ts';
import { SessionView } from '../sessions/session.schemas.ts';
import { viewSession } from '../sessions/session.service.ts';
import { InviteView, SignUpDetails } from './sign-up.schemas.ts';
import { beginSignUp, finishSignUp, welcome } from './sign-up.service.ts';

const ByToken = Type.Object({ token: Type.String({ maxLength: 128 }) });

/** By an invite, in every mode but one. */
export const signUpRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/sign-up/:token',
    { schema: { params: ByToken, response: { 200: InviteView } } },
    async ({ em, params }) => {
      assertMaySignUp(await getGeneralSettings(em), true);
      const { expiresAt, email = null } = await getInvite(em, params.token);
      return { expiresAt: expiresAt.toISOString(), email };
    },
  );

  app.post(
    '/sign-up/:token/options',
    { schema: { params: ByToken, body: SignUpDetails, response: { 200: CreationOptions } } },
    async (request, reply) => {
      assertMaySignUp(await getGeneralSettings(request.em), true);
      const invite = await getInvite(request.em, request.params.token);
      return beginSignUp(
        { request, reply, services },
        { kind: 'sign_up', input: request.body, details: { inviteId: invite.id } },
      );
    },
  );

  app.post(
    '/sign-up/:token',
    { schema: { params: ByToken, body: RegistrationInput, response: { 200: SessionView } } },
    async (request, reply) => {
      const user = await finishSignUp(
        { request, reply, services },
        {
          kind: 'sign_up',
          credential: request.body.credential,
          consume: async (em, details, created) => {
            const invite = await consumeInvite(em, details.inviteId as string | null);
            await welcome(em, created, invite);
          },
        },
      );
      return viewSession(request.em, services, user);
    },
  );
};

/** By nothing but the wish to, where the settings allow it. */
export const openSignUpRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get('/sign-up', async ({ em }, reply) => {
    assertMaySignUp(await getGeneralSettings(em), false);
    return reply.status(204).send();
  });

  app.post(
    '/sign-up/options',
    { schema: { body: SignUpDetails, response: { 200: CreationOptions } } },
    async (request, reply) => {
      assertMaySignUp(await getGeneralSettings(request.em), false);
      return beginSignUp(
        { request, reply, services },
        { kind: 'sign_up', input: request.body, details: { inviteId: null } },
      );
    },
  );

  app.post(
    '/sign-up',
    { schema: { body: RegistrationInput, response: { 200: SessionView } } },
    async (request, reply) => {
      const user = await finishSignUp(
        { request, reply, services },
        {
          kind: 'sign_up',
          credential: request.body.credential,
          consume: (em, _details, created) => welcome(em, created, null),
        },
      );
      return viewSession(request.em, services, user);
    },
  );
};
