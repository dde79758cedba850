import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { assertBootstrapCode, assertSetUpOpen, closeSetUp, ensureBootstrapCode } from '#core';
import type { Services } from '../http/services.ts';
import { CreationOptions, RegistrationInput } from '../passkeys/passkey.schemas.ts';
import { SessionView } from '../sessions/session.schemas.ts';
import { viewSession } from '../sessions/session.service.ts';
import { beginSignUp, finishSignUp } from '../sign-up/sign-up.service.ts';
import { SetUpDetails, SetUpView } from './set-up.schemas.ts';

/** Makes the first administrator. Closes for good with the first that succeeds. */
export const setUpRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const { config, keyring } = services;
  const codeRequired = config.APP_ENV === 'production';

  app.get('/set-up', { schema: { response: { 200: SetUpView } } }, async ({ em }) => {
    await assertSetUpOpen(em);
    return { codeRequired };
  });

  app.post(
    '/set-up/options',
    { schema: { body: SetUpDetails, response: { 200: CreationOptions } } },
    async (request, reply) => {
      const { code = '', ...input } = request.body;
      await assertSetUpOpen(request.em);
      if (codeRequired) {
        const expected = config.BOOTSTRAP_CODE || (await ensureBootstrapCode(request.em, keyring));
        assertBootstrapCode(expected, code);
      }
      return beginSignUp({ request, reply, services }, { kind: 'set_up', input });
    },
  );

  app.post(
    '/set-up',
    { schema: { body: RegistrationInput, response: { 200: SessionView } } },
    async (request, reply) => {
      await assertSetUpOpen(request.em);
      const user = await finishSignUp(
        { request, reply, services },
        { kind: 'set_up', credential: request.body.credential, consume: (em) => closeSetUp(em) },
      );
      return viewSession(request.em, services, user);
    },
  );
};
