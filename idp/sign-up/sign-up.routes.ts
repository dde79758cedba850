import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { addToGroups, consumeInvite, getInvite } from '#core';
import type { Services } from '../http/services.ts';
import { CreationOptions, RegistrationInput } from '../passkeys/passkey.schemas.ts';
import { SessionView } from '../sessions/session.schemas.ts';
import { viewSession } from '../sessions/session.service.ts';
import { InviteView, SignUpDetails } from './sign-up.schemas.ts';
import { beginSignUp, finishSignUp } from './sign-up.service.ts';

const ByToken = Type.Object({ token: Type.String({ maxLength: 128 }) });

export const signUpRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/sign-up/:token',
    { schema: { params: ByToken, response: { 200: InviteView } } },
    async ({ em, params }) => {
      const { expiresAt, email = null } = await getInvite(em, params.token);
      return { expiresAt: expiresAt.toISOString(), email };
    },
  );

  app.post(
    '/sign-up/:token/options',
    { schema: { params: ByToken, body: SignUpDetails, response: { 200: CreationOptions } } },
    async (request, reply) => {
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
            const { groups, email } = await consumeInvite(em, String(details.inviteId));
            await addToGroups(em, created.id, groups);
            // The link went to this mailbox and to nobody else.
            created.emailVerified = email === created.email;
            await em.flush();
          },
        },
      );
      return viewSession(request.em, services, user);
    },
  );
};
