import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { createInvite, recordAudit } from '#core';
import type { Services } from '../http/services.ts';
import { originOf, requireAdmin } from '../http/session.ts';
import { CreatedInvite, InviteInput } from './sign-up.schemas.ts';

export const inviteRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.post(
    '/invites',
    { schema: { body: InviteInput, response: { 201: CreatedInvite } } },
    async (request, reply) => {
      const { user } = await requireAdmin(request, services);
      const { expiresAt, usageLimit = null, groups = [] } = request.body;
      const { token, invite } = await createInvite(request.em, {
        createdBy: user.id,
        expiresAt: new Date(expiresAt),
        usageLimit,
        groups,
      });
      await recordAudit(request.em, {
        event: 'invite_created',
        actor: `user:${user.id}`,
        target: `invite:${invite.id}`,
        origin: originOf(request),
        details: { expiresAt: invite.expiresAt, usageLimit, groups },
      });
      const url = `${services.config.APP_URL}/signup/${token}`;
      return reply.status(201).send({ url, expiresAt: invite.expiresAt.toISOString() });
    },
  );
};
