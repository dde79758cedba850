import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  addPasskey,
  type EntityManager,
  listPasskeys,
  mailPerson,
  type Passkey,
  type Person,
  recordAudit,
  removePasskey,
  renamePasskey,
} from '#core';
import { requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { bindBrowser, originOf, requireFreshPasskey, requireSignedIn } from '../http/session.ts';
import {
  CreationOptions,
  PasskeyInput,
  PasskeyView,
  RegistrationInput,
} from './passkey.schemas.ts';
import { beginAddition, finishRegistration } from './registration.service.ts';

const ById = Type.Object({ id: Type.String({ maxLength: 1400 }) });
const Removal = Type.Object({ evenLast: Type.Optional(Type.Boolean()) });

/** The passkeys of the person who is signed in. Every change of them asks for one of them first. */
export const passkeyRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  app.get(
    '/account/passkeys',
    { schema: { response: { 200: Type.Array(PasskeyView) } } },
    async (request) => {
      const { user } = await requirePerson(request, services);
      return (await listPasskeys(request.em, user.id)).map(toPasskeyView);
    },
  );

  app.patch(
    '/account/passkeys/:id',
    { schema: { params: ById, body: PasskeyInput, response: { 200: PasskeyView } } },
    async (request) => {
      const { user } = await requireSignedIn(request, services);
      const { id } = request.params;
      return request.em.transactional(async (em) => {
        const row = await renamePasskey(em, { id, userId: user.id }, request.body.name);
        await recordAudit(em, {
          event: 'passkey_renamed',
          actor: `user:${user.id}`,
          userId: user.id,
          origin: originOf(request),
          details: { name: row.name },
        });
        return toPasskeyView(row);
      });
    },
  );

  app.delete(
    '/account/passkeys/:id',
    { schema: { params: ById, querystring: Removal } },
    async (request, reply) => {
      const { user } = await requireFreshPasskey(request, services);
      const passkey = { id: request.params.id, userId: user.id };
      await request.em.transactional(async (em) => {
        const { name } = await removePasskey(em, passkey, request.query);
        await tell(em, request, services, { user, event: 'passkey_removed', passkey: name });
      });
      return reply.status(204).send();
    },
  );
};

/** One more passkey, for who has one, or came by a login link because none is left. */
export const passkeyAdditionRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const { APP_URL: appUrl } = services.config;

  app.post(
    '/account/passkeys/options',
    { schema: { response: { 200: CreationOptions } } },
    async (request, reply) => {
      const { user } = await requireFreshPasskey(request, services, { orLoginLink: true });
      const browser = { appUrl, hash: bindBrowser(request, reply, services) };
      return beginAddition(request.em, browser, user);
    },
  );

  app.post(
    '/account/passkeys',
    { schema: { body: RegistrationInput, response: { 201: PasskeyView } } },
    async (request, reply) => {
      const { user } = await requireFreshPasskey(request, services, { orLoginLink: true });
      const browser = { appUrl, hash: bindBrowser(request, reply, services), userId: user.id };
      const { credential } = request.body;
      const { passkey } = await finishRegistration(request.em, browser, 'add_passkey', credential);
      const added = await request.em.transactional(async (em) => {
        const row = await addPasskey(em, { ...passkey, userId: user.id });
        await tell(em, request, services, { user, event: 'passkey_added', passkey: row.name });
        return row;
      });
      return reply.status(201).send(toPasskeyView(added));
    },
  );
};

export function toPasskeyView({ id, name, createdAt, lastUsedAt, backedUp }: Passkey): PasskeyView {
  return {
    id,
    name,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    synced: backedUp,
  };
}

interface Change {
  user: Person;
  event: 'passkey_added' | 'passkey_removed';
  passkey: string;
}

/** The audit log and the person hear of it, in the transaction that makes it so. */
async function tell(
  em: EntityManager,
  request: FastifyRequest,
  { keyring }: Services,
  { user, event, passkey }: Change,
): Promise<void> {
  await recordAudit(em, {
    event,
    actor: `user:${user.id}`,
    userId: user.id,
    origin: originOf(request),
    details: { name: passkey },
  });
  const values = { passkey, at: new Date().toISOString() };
  await mailPerson(em, keyring, { kind: event, to: user, values });
}
