import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  changeGeneralSettings,
  type GeneralView,
  isMailOn,
  listGroupNames,
  viewGeneralSettings,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { GeneralSettingsInput, GeneralSettingsView } from './general-settings.schemas.ts';

export const generalSettingsRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/settings/general',
    { schema: { response: { 200: GeneralSettingsView } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      return answer(request, reply, await viewGeneralSettings(request.em));
    },
  );

  app.put(
    '/settings/general',
    { schema: { body: GeneralSettingsInput, response: { 200: GeneralSettingsView } } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const changed = await changeGeneralSettings(request.em, {
        settings: request.body,
        by: { actor, origin },
        seen: request.headers['if-match']?.replace(/^"(.*)"$/, '$1') ?? null,
      });
      return answer(request, reply, changed);
    },
  );
};

async function answer(
  { em }: FastifyRequest,
  reply: FastifyReply,
  { settings, owner, version }: GeneralView,
): Promise<GeneralSettingsView> {
  reply.header('etag', `"${version}"`);
  const [knownGroups, mailOn] = [await listGroupNames(em), await isMailOn(em)];
  return { ...settings, owner, version, knownGroups, mailOn };
}
