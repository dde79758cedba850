import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  assertAccent,
  changeLogo,
  changeSettings,
  NO_BRANDING,
  type SettingsView,
  viewSettings,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
import { seenBy, tagged } from '../http/conditions.ts';
import type { Services } from '../http/services.ts';
import { acceptImages, toFile } from '../images/image-upload.ts';
import { BrandingInput, BrandingView, ByTheme } from './branding.schemas.ts';
import { viewBranding } from './branding-view.ts';

/** The colour and the logos, for administrators; everybody sees them. */
export const brandingRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const success = { response: { 200: BrandingView } };
  acceptImages(app);

  app.get('/settings/branding', { schema: success }, async (request, reply) => {
    await requireAdministrator(request, services);
    return answer(reply, await viewSettings(request.em, 'branding'));
  });

  app.put(
    '/settings/branding',
    { schema: { body: BrandingInput, ...success } },
    async (request, reply) => {
      const { accent } = request.body;
      if (accent !== null) {
        assertAccent(accent);
      }
      const changed = await changeSettings(request.em, 'branding', {
        toValue: (before) => ({ ...(before ?? NO_BRANDING), accent }),
        ...(await authorise(request, services)),
      });
      return answer(reply, changed);
    },
  );

  app.put(
    '/settings/branding/logos/:theme',
    { schema: { params: ByTheme, ...success } },
    async (request, reply) => {
      const change = await authorise(request, services);
      const file = toFile(request.body);
      return answer(reply, await changeLogo(request.em, request.params.theme, file, change));
    },
  );

  app.delete(
    '/settings/branding/logos/:theme',
    { schema: { params: ByTheme, ...success } },
    async (request, reply) => {
      const change = await authorise(request, services);
      return answer(reply, await changeLogo(request.em, request.params.theme, null, change));
    },
  );
};

async function authorise(request: FastifyRequest, services: Services) {
  const { actor, origin } = await requireAdministrator(request, services);
  return { by: { actor, origin }, seen: seenBy(request) };
}

function answer(reply: FastifyReply, { value, ...of }: SettingsView<'branding'>): BrandingView {
  const branding = value ?? NO_BRANDING;
  return tagged(reply, { ...viewBranding(branding), accent: branding.accent, ...of });
}
