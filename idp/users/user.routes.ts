import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import {
  deleteUser,
  demoteUser,
  disableUser,
  type EntityManager,
  enableUser,
  endSessionOf,
  getUser,
  listMemberships,
  listPasskeys,
  listSessions,
  listUsers,
  promoteUser,
  recordAudit,
  type User,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
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
      const users = await listUsers(request.em, { ...request.query, limit: PAGE + 1 });
      const page = users.slice(0, PAGE);
      const next = users.length > PAGE ? (page.at(-1)?.username ?? null) : null;
      return { users: page.map(toSummary), next };
    },
  );

  app.get(
    '/users/:id',
    { schema: { params: ById, response: { 200: UserView } } },
    async (request) => {
      await requireAdministrator(request, services);
      return view(request.em, request.params.id);
    },
  );

  app.patch(
    '/users/:id',
    { schema: { params: ById, body: UserChange, response: { 200: UserView } } },
    async (request) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const { id } = request.params;
      for (const change of changesOf(request.body)) {
        await change(request.em, id, { actor, origin });
      }
      return view(request.em.fork(), id);
    },
  );

  app.delete('/users/:id', { schema: { params: ById } }, async (request, reply) => {
    const { actor, origin } = await requireAdministrator(request, services);
    await deleteUser(request.em, request.params.id, { actor, origin });
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

/** Who is promoted and enabled at once is enabled first: one step each, one line in the audit log each. */
function changesOf({ disabled, isAdmin }: UserChange) {
  return [
    ...(disabled === undefined ? [] : [disabled ? disableUser : enableUser]),
    ...(isAdmin === undefined ? [] : [isAdmin ? promoteUser : demoteUser]),
  ];
}

async function view(em: EntityManager, id: string): Promise<UserView> {
  const user = await getUser(em, id);
  return {
    ...toSummary(user),
    emailVerified: user.emailVerified,
    groups: await listMemberships(em, id),
    passkeys: (await listPasskeys(em, id)).map(toPasskeyView),
    sessions: (await listSessions(em, id)).map(toSessionView),
  };
}

function toSummary(user: User): UserSummary {
  const { id, username, displayName, email, picture, isAdmin, disabledAt, createdAt } = user;
  const disabled = Boolean(disabledAt);
  return {
    id,
    username,
    displayName,
    email,
    pictureUrl: picture ? toImagePath(picture) : null,
    isAdmin,
    disabled,
    createdAt: createdAt.toISOString(),
  };
}
