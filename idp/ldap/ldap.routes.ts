import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type DirectorySync, findSettings, listDirectorySyncs, Refusal } from '#core';
import { requireAdministrator } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { DirectorySyncsView, type DirectorySyncView } from './ldap.schemas.ts';
import { beginSync } from './ldap.sync.ts';

const SHOWN = 10;

/** What became of the synchronisations with the directory, and one more of them. */
export const ldapRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get('/ldap/syncs', { schema: { response: { 200: DirectorySyncsView } } }, async (request) => {
    await requireAdministrator(request, services);
    return { syncs: (await listDirectorySyncs(request.em, SHOWN)).map(toView) };
  });

  // The answer comes before the work, which may take minutes; one that is under way already is as good.
  app.post(
    '/ldap/sync',
    { schema: { response: { 202: DirectorySyncsView } } },
    async (request, reply) => {
      const { actor } = await requireAdministrator(request, services);
      if (!(await findSettings(request.em, 'ldap'))) {
        throw new Refusal('not_found', 'There is no directory yet: save its settings first');
      }
      const run = await beginSync(services, { actor });
      void run?.done.catch((err: unknown) => {
        request.log.error({ err }, 'synchronisation with the directory failed');
      });
      const syncs = await listDirectorySyncs(request.em, SHOWN);
      return reply.status(202).send({ syncs: syncs.map(toView) });
    },
  );
};

function toView({ startedAt, finishedAt, ...run }: DirectorySync): DirectorySyncView {
  return {
    ...run,
    counts: run.counts as Record<string, number>,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt && new Date(finishedAt).toISOString(),
  };
}
