import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import {
  changeUser,
  deleteUser,
  type EntityManager,
  endSessionOf,
  getUser,
  listMemberships,
  listPasskeys,
  listSessions,
  listUsers,
  recordAudit,
  type UserLine,
  versionOfUser,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
import { seenBy, tagged } from '../http/conditions.ts';
import type { Services } from '../http/services.ts';
import { toImagePath } from '../images/image-path.ts';
import { toPasskeyView } from '../passkeys/passkey.routes.ts';
import { toSessionView } from '../sessions/own-sessions.routes.ts';
import { UserChange, UserPage, UserQuery, type UserSummary, UserView } from './user.schemas.ts';

const PAGE = 50;

const ById = Type.Object({ id: Type.String({ format: 'uuid' }) });
const BySession = Type.Object({
  id: Type.String({ format: 'uuid' }),
  session: Type.String({ format: 'uuid' }),
});

/** People, for administrators. */
export const userRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/users',
    { schema: { querystring: UserQuery, response: { 200: UserPage } } },
    async (request) => {
      await requireAdministrator(request, services);
      const { users, next } = await listUsers(request.em, { ...request.query, limit: PAGE });
      return { users: users.map(toSummary), next };
    },
  );

  app.get(
    '/users/:id',
    { schema: { params: ById, response: { 200: UserView } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      return tagged(reply, await view(request.em, request.params.id));
    },
  );

  app.patch(
    '/users/:id',
    { schema: { params: ById, body: UserChange, response: { 200: UserView } } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const { id } = request.params;
      const by = { actor, origin };
      await changeUser(request.em, id, { change: request.body, by, seen: seenBy(request) });
      return tagged(reply, await view(request.em.fork(), id));
    },
  );

  app.delete('/users/:id', { schema: { params: ById } }, async (request, reply) => {
    const { actor, origin } = await requireAdministrator(request, services);
    await deleteUser(request.em, request.params.id, { actor, origin }, seenBy(request));
    return reply.status(204).send();
  });

  app.delete(
    '/users/:id/sessions/:session',
    { schema: { params: BySession } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const { id, session } = request.params;
      await request.em.transactional(async (em) => {
        await endSessionOf(em, id, session);
        const target = `session:${session}`;
        await recordAudit(em, { actor, origin, event: 'session_ended', userId: id, target });
      });
      return reply.status(204).send();
    },
  );
};

async function view(em: EntityManager, id: string): Promise<UserView> {
  const user = await getUser(em, id);
  return {
    ...toSummary(user),
    emailVerified: user.emailVerified,
    customClaims: user.customClaims,
    groups: await listMemberships(em, id),
    passkeys: (await listPasskeys(em, id)).map(toPasskeyView),
    sessions: (await listSessions(em, id)).map(toSessionView),
    version: versionOfUser(user),
  };
}

function toSummary(user: UserLine): UserSummary {
  const { id, username, displayName, email, picture, isAdmin, disabledAt, owner, createdAt } = user;
  const disabled = Boolean(disabledAt);
  return {
    id,
    username,
    displayName,
    email,
    pictureUrl: picture ? toImagePath(picture) : null,
    isAdmin,
    disabled,
    owner,
    createdAt: createdAt.toISOString(),
  };
}
