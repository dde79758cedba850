import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AuditFilter, listAuditEvents, type AuditQuery as Query, recordAudit } from '#core';
import { requireAdministrator, requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import {
  AuditExport,
  AuditFile,
  AuditPage,
  AuditQuery,
  OwnAuditExport,
  OwnAuditQuery,
} from './audit.schemas.ts';
import { EXPORTERS, type Export } from './audit-export.ts';
import { toAuditView, toCursor, toOwnAuditView, toPosition } from './audit-view.ts';

const PAGE = 50;

/** What happened: to oneself for everybody, all of it for administrators. */
export const auditRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/account/audit-log',
    { schema: { querystring: OwnAuditQuery, response: { 200: AuditPage } } },
    async (request) => readPage(request, await ownEvents(request, services), request.query),
  );

  app.get(
    '/account/audit-log/export',
    { schema: { querystring: OwnAuditExport, response: { 200: AuditFile } } },
    async (request, reply) => {
      const { format } = request.query;
      return sendFile(request, reply, { ...(await ownEvents(request, services)), format });
    },
  );

  app.get(
    '/audit-log',
    { schema: { querystring: AuditQuery, response: { 200: AuditPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      return readPage(request, allEvents(request.query), request.query);
    },
  );

  app.get(
    '/audit-log/export',
    { schema: { querystring: AuditExport, response: { 200: AuditFile } } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const { format, ...filter } = request.query;
      await recordAudit(request.em, {
        event: 'audit_log_exported',
        actor,
        origin,
        details: { format, filter },
      });
      return sendFile(request, reply, { ...allEvents(filter), format });
    },
  );
};

type Asked = Omit<AuditFilter, 'from' | 'to'> & { from?: string; to?: string };

async function ownEvents(
  request: FastifyRequest<{ Querystring: Asked }>,
  services: Services,
): Promise<Export> {
  const { user } = await requirePerson(request, services);
  return {
    query: { own: user, filter: toFilter(request.query) },
    toView: (line) => toOwnAuditView(line, user.id),
  };
}

function allEvents(asked: Asked): Export {
  return { query: { filter: toFilter(asked) }, toView: toAuditView };
}

function toFilter({ from, to, ...others }: Asked): Query['filter'] {
  return { ...others, ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) };
}

async function readPage(
  { em }: FastifyRequest,
  { query, toView }: Export,
  { before, limit = PAGE }: { before?: string; limit?: number },
): Promise<AuditPage> {
  const lines = await listAuditEvents(em, {
    ...query,
    before: before === undefined ? undefined : toPosition(before),
    limit: limit + 1,
  });
  const page = lines.slice(0, limit);
  const last = page.at(-1);
  return { events: page.map(toView), next: last && lines.length > limit ? toCursor(last) : null };
}

async function sendFile(
  { em }: FastifyRequest,
  reply: FastifyReply,
  { format, ...what }: Export & { format: 'csv' | 'json' },
): Promise<FastifyReply> {
  const { type, write } = EXPORTERS[format];
  const day = new Date().toISOString().slice(0, 10);
  return reply
    .type(type)
    .header('content-disposition', `attachment; filename="audit-log-${day}.${format}"`)
    .header('cache-control', 'no-store')
    .send(write(em, what));
}
