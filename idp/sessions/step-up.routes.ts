import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Services } from '../http/services.ts';
import { bindBrowser, requireSignedIn, signIn } from '../http/session.ts';
import { beginStepUp, finishStepUp } from '../passkeys/authentication.service.ts';
import { AuthenticationInput, RequestOptions } from '../passkeys/passkey.schemas.ts';
import { recordingFailure } from './sign-in-failure.ts';

/** Shows that the person who is signed in is still there. The session gets a new token, as after any sign-in. */
export const stepUpRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const { APP_URL: appUrl } = services.config;

  app.post(
    '/session/step-up/options',
    { schema: { response: { 200: RequestOptions } } },
    async (request, reply) => {
      const { user } = await requireSignedIn(request, services);
      const browser = { appUrl, hash: bindBrowser(request, reply, services) };
      return beginStepUp(request.em, browser, user.id);
    },
  );

  app.post(
    '/session/step-up',
    { schema: { body: AuthenticationInput } },
    async (request, reply) => {
      const { user } = await requireSignedIn(request, services);
      const browser = { appUrl, hash: bindBrowser(request, reply, services), userId: user.id };
      await recordingFailure(
        request,
        () => finishStepUp(request.em, browser, request.body.credential),
        { method: 'passkey', findUserId: async () => user.id },
      );
      await signIn(request, reply, services, { userId: user.id, method: 'passkey' });
      return reply.status(204).send();
    },
  );
};
