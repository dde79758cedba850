import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import {
  assertAttempt,
  assertMaySignUp,
  consumeInvite,
  type EntityManager,
  getGeneralSettings,
  getInvite,
  InvalidInput,
  type Invite,
  isMailOn,
  Refusal,
  toEmailAddress,
} from '#core';
import { afterwards } from '../http/afterwards.ts';
import { OF_OWN_INVITE } from '../http/limits.ts';
import { Accepted } from '../http/problem.schemas.ts';
import type { Services } from '../http/services.ts';
import { originOf } from '../http/session.ts';
import { CreationOptions, RegistrationInput } from '../passkeys/passkey.schemas.ts';
import { SessionView } from '../sessions/session.schemas.ts';
import { viewSession } from '../sessions/session.service.ts';
import { answerMailbox } from './open-sign-up.service.ts';
import { InviteView, SignUpDetails, SignUpRequest } from './sign-up.schemas.ts';
import { beginSignUp, finishSignUp, welcome } from './sign-up.service.ts';

const ByToken = Type.Object({ token: Type.String({ maxLength: 128 }) });

/** By a link, which somebody else gave, or which one asked for where sign-up is open. */
export const signUpRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/sign-up/:token',
    { schema: { params: ByToken, response: { 200: InviteView } } },
    async ({ em, params }) => {
      const invite = await getUsableInvite(em, params.token);
      const { expiresAt, email = null } = invite;
      return { expiresAt: expiresAt.toISOString(), email, isEmailFixed: isOwn(invite) };
    },
  );

  app.post(
    '/sign-up/:token/options',
    { schema: { params: ByToken, body: SignUpDetails, response: { 200: CreationOptions } } },
    async (request, reply) => {
      const invite = await getUsableInvite(request.em, request.params.token);
      if (isOwn(invite)) {
        await assertAttempt(request.em, OF_OWN_INVITE(invite.id));
        assertSameMailbox(invite, request.body);
      }
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
            await welcome(em, created, await consumeInvite(em, details.inviteId as string));
          },
        },
      );
      return viewSession(request.em, services, user);
    },
  );
};

async function getUsableInvite(em: EntityManager, token: string): Promise<Invite> {
  const invite = await getInvite(em, token);
  assertMaySignUp(await getGeneralSettings(em), !isOwn(invite));
  return invite;
}

/** Whether they asked for it themselves. */
function isOwn({ createdBy }: Invite): boolean {
  return createdBy == null;
}

/** With another address they would try out whose is whose. */
function assertSameMailbox({ email }: Invite, details: SignUpDetails): void {
  if (details.email.trim() !== email) {
    throw new InvalidInput('email', `Your link was mailed to ${email}, and is for that address`);
  }
}

/** For whoever wants an account, where the settings allow it: a link to the address they say is theirs. */
export const openSignUpRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get('/sign-up', async ({ em }, reply) => {
    await assertSignUpIsOpen(em);
    return reply.status(204).send();
  });

  app.post(
    '/sign-up',
    { schema: { body: SignUpRequest, response: { 202: Accepted } } },
    async (request, reply) => {
      await assertSignUpIsOpen(request.em);
      const email = toEmailAddress(request.body.email);
      const asked = { email, language: request.body.language, origin: originOf(request) };
      afterwards(request, services, (em) => answerMailbox(em, services, asked));
      return reply.status(202).send(undefined);
    },
  );
};

async function assertSignUpIsOpen(em: EntityManager): Promise<void> {
  assertMaySignUp(await getGeneralSettings(em), false);
  if (!(await isMailOn(em))) {
    throw new Refusal(
      'mail_off',
      'To make an account a link is mailed to you, and mail is switched off here. Ask an administrator for an invitation',
    );
  }
}
