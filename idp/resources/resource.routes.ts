import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { listVerdicts, type Verdict } from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { ResourcePage, ResourceQuery, type ResourceView } from './resource.schemas.ts';

const PAGE = 50;

/** What YAML declares, for administrators: why something is not as it says there is told here, too. */
export const resourceRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/resources',
    { schema: { querystring: ResourceQuery, response: { 200: ResourcePage } } },
    async (request) => {
      await requireAdministrator(request, services);
      const { resources, next } = await listVerdicts(request.em, { ...request.query, limit: PAGE });
      return { resources: resources.map(toView), next };
    },
  );
};

function toView({ client, group, settings, since, ...verdict }: Verdict): ResourceView {
  const rows = [
    ['client', client],
    ['group', group],
    ['settings', settings],
  ] as const;
  const declares = rows.flatMap(([noun, id]) => (id === null ? [] : [{ noun, id }]))[0] ?? null;
  return { ...verdict, since: since.toISOString(), declares };
}
