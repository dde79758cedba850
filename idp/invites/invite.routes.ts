import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  isMailOn,
  type ListedInvite as Listed,
  listGroupNames,
  listInvites,
  recordAudit,
  revokeInvite,
} from '#core';
import { requireAdministrator, requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import {
  CreatedInvite,
  InviteInput,
  InvitesView,
  type ListedInvite,
  MailedInvites,
  MailedInvitesInput,
} from './invite.schemas.ts';
import { inviteByLink, inviteByMail } from './invite.service.ts';

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** More than anybody reads; whoever still may come in is among them. */
const SHOWN = 500;

export const inviteRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get('/invites', { schema: { response: { 200: InvitesView } } }, async (request) => {
    await requireAdministrator(request, services);
    const { em } = request;
    return {
      invites: (await listInvites(em, SHOWN)).map(toView),
      mailOn: await isMailOn(em),
      knownGroups: await listGroupNames(em),
    };
  });

  app.post(
    '/invites',
    { schema: { body: InviteInput, response: { 201: CreatedInvite } } },
    async (request, reply) => {
      const by = await inviter(request);
      const { usageLimit = null, ...terms } = request.body;
      const invite = { usageLimit, ...toTerms(terms) };
      return reply.status(201).send(await inviteByLink(request.em, services, by, invite));
    },
  );

  app.post(
    '/invites/mailed',
    { schema: { body: MailedInvitesInput, response: { 201: MailedInvites } } },
    async (request, reply) => {
      const by = await inviter(request);
      const { emails, ...terms } = request.body;
      const invites = { emails, ...toTerms(terms) };
      return reply.status(201).send(await inviteByMail(request.em, services, by, invites));
    },
  );

  app.delete('/invites/:id', { schema: { params: ById } }, async (request, reply) => {
    const { actor, origin } = await requireAdministrator(request, services);
    const { id } = request.params;
    await request.em.transactional(async (em) => {
      const { email, uses, usageLimit } = await revokeInvite(em, id);
      await recordAudit(em, {
        event: 'invite_revoked',
        actor,
        target: `invite:${id}`,
        origin,
        details: { email, uses, usageLimit },
      });
    });
    return reply.status(204).send();
  });

  async function inviter(request: FastifyRequest) {
    await requireAdministrator(request, services);
    return requirePerson(request, services);
  }
};

function toTerms({ expiresAt, groups = [] }: Pick<InviteInput, 'expiresAt' | 'groups'>) {
  return { expiresAt: new Date(expiresAt), groups };
}

function toView({ createdAt, expiresAt, ...invite }: Listed): ListedInvite {
  return {
    ...invite,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
