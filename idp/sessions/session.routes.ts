import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { findPasskey, findPerson, type Person, Refusal, recordAudit } from '#core';
import type { Services } from '../http/services.ts';
import { bindBrowser, findSignedIn, originOf, signIn, signOut } from '../http/session.ts';
import { refreshPerson } from '../ldap/ldap.refresh.ts';
import { beginSignIn, finishSignIn } from '../passkeys/authentication.service.ts';
import { AuthenticationInput, RequestOptions } from '../passkeys/passkey.schemas.ts';
import { SessionView } from './session.schemas.ts';
import { viewSession } from './session.service.ts';
import { recordingFailure } from './sign-in-failure.ts';

export const sessionRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const { APP_URL } = services.config;

  app.get('/session', { schema: { response: { 200: SessionView } } }, async (request) => {
    const signedIn = await findSignedIn(request, services);
    return viewSession(request.em, services, signedIn?.user ?? null);
  });

  app.post(
    '/session/options',
    { schema: { response: { 200: RequestOptions } } },
    async (request, reply) =>
      beginSignIn(request.em, { appUrl: APP_URL, hash: bindBrowser(request, reply, services) }),
  );

  app.post(
    '/session',
    { schema: { body: AuthenticationInput, response: { 200: SessionView } } },
    async (request, reply) => {
      const browser = { appUrl: APP_URL, hash: bindBrowser(request, reply, services) };
      const { credential } = request.body;
      const user = await recordingFailure(
        request,
        async () => {
          const passkey = await finishSignIn(request.em, browser, credential);
          await refreshPerson(services, passkey.userId);
          return identify(request, passkey);
        },
        { method: 'passkey', findUserId: () => findOwner(request, credential.id) },
      );
      await signIn(request, reply, services, { userId: user.id, method: 'passkey' });
      return viewSession(request.em, services, user);
    },
  );

  app.delete('/session', async (request, reply) => {
    const signedIn = await signOut(request, reply, services);
    if (signedIn) {
      const { id } = signedIn.user;
      const origin = originOf(request);
      await recordAudit(request.em, {
        event: 'signed_out',
        actor: `user:${id}`,
        userId: id,
        origin,
      });
    }
    return reply.status(204).send();
  });
};

async function identify({ em }: FastifyRequest, { userId }: { userId: string }): Promise<Person> {
  const user = await findPerson(em, userId);
  if (!user) {
    throw new Refusal(
      'user_disabled',
      'This account is disabled. An administrator can enable it again',
    );
  }
  return user;
}

async function findOwner({ em }: FastifyRequest, credentialId: string): Promise<string | null> {
  return (await findPasskey(em, credentialId))?.userId ?? null;
}
