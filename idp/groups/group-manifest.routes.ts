import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getGroup } from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { MEMBERS_STAY, toGroupManifest } from '../manifests/group.manifest.ts';
import { ManifestText, sendManifest } from '../manifests/manifest.ts';

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** A group as YAML, for moving what was clicked to Git. */
export const groupManifestRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/groups/:id/manifest',
    { schema: { params: ById, response: { 200: ManifestText } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      const group = await getGroup(request.em, request.params.id);
      const comment = group.declaredMembers ? undefined : MEMBERS_STAY;
      return sendManifest(reply, toGroupManifest(group), comment);
    },
  );
};
