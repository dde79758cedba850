import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { DiagnosticsQuery, DiagnosticsView } from './diagnostics.schemas.ts';
import { runChecks } from './diagnostics.service.ts';

/** Everything that Permiso can find out about itself, for administrators. */
export const diagnosticsRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/diagnostics',
    { schema: { querystring: DiagnosticsQuery, response: { 200: DiagnosticsView } } },
    async (request) => {
      await requireAdministrator(request, services);
      return runChecks(services, request.query.language ?? 'en');
    },
  );
};
