import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { endOtherSessions, endSessionOf, listSessions, recordAudit, type Session } from '#core';
import { nameDevice } from '../http/device.ts';
import type { Services } from '../http/services.ts';
import { originOf, requireSignedIn } from '../http/session.ts';
import { OwnSession } from './session.schemas.ts';

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** Where the person is signed in, and the end of it there. */
export const ownSessionRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/account/sessions',
    { schema: { response: { 200: Type.Array(OwnSession) } } },
    async (request) => {
      const { user, session } = await requireSignedIn(request, services);
      const sessions = await listSessions(request.em, user.id);
      return sessions.map((one) => ({ ...toSessionView(one), isCurrent: one.id === session.id }));
    },
  );

  app.delete('/account/sessions/:id', { schema: { params: ById } }, async (request, reply) => {
    const { user } = await requireSignedIn(request, services);
    const { id } = request.params;
    await request.em.transactional(async (em) => {
      await endSessionOf(em, user.id, id);
      await recordAudit(em, {
        event: 'session_ended',
        actor: `user:${user.id}`,
        userId: user.id,
        target: `session:${id}`,
        origin: originOf(request),
      });
    });
    return reply.status(204).send();
  });

  app.delete('/account/sessions', async (request, reply) => {
    const { user, session } = await requireSignedIn(request, services);
    await request.em.transactional(async (em) => {
      const ended = await endOtherSessions(em, user.id, session.id);
      await recordAudit(em, {
        event: 'session_ended',
        actor: `user:${user.id}`,
        userId: user.id,
        origin: originOf(request),
        details: { allBut: session.id, ended },
      });
    });
    return reply.status(204).send();
  });
};

export function toSessionView(session: Session): Omit<Static<typeof OwnSession>, 'isCurrent'> {
  const { id, ip, userAgent, createdAt, authenticatedAt, expiresAt, method } = session;
  return {
    id,
    device: nameDevice(userAgent),
    ip: ip ?? null,
    method,
    createdAt: createdAt.toISOString(),
    authenticatedAt: authenticatedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
