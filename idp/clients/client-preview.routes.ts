import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { decideAccess, explainAccess, Refusal } from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { LiveProvider } from '../oidc/oidc.keys.ts';
import { previewTokens } from '../oidc/tokens/preview.ts';
import { TokenPreview } from './client-preview.schemas.ts';

const Pair = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 320 }),
  userId: Type.String({ format: 'uuid' }),
});

/** What applications ask for as a rule; without more they are told no more. */
const SCOPE = 'openid profile email groups';

/** What an application would be told of somebody, for administrators who wonder what arrives there. */
export const clientPreviewRoutes: FastifyPluginAsyncTypebox<LiveProvider> = async (app, live) => {
  app.get(
    '/clients/:id/preview/:userId',
    { schema: { params: Pair, response: { 200: TokenPreview } } },
    async (request) => {
      await requireAdministrator(request, live.services);
      const { em } = request;
      const { id, userId } = request.params;
      const access = await explainAccess(em, userId, id);
      const person = await decideAccess(em, userId, id);
      const tokens =
        person instanceof Refusal
          ? { idToken: null, userinfo: null }
          : await previewTokens(live.provider, person, { clientId: id, scope: SCOPE });
      return { access, scope: SCOPE, ...tokens };
    },
  );
};
