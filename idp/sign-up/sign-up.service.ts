import { randomUUID } from 'node:crypto';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  addPasskey,
  addToGroups,
  assertMaySignUp,
  assertPersonIsNew,
  type ConsumedInvite,
  createUser,
  type EntityManager,
  getGeneralSettings,
  type PersonDetails,
  recordAudit,
  toPersonDetails,
  type User,
} from '#core';
import { verifyNewPerson } from '../account/email.service.ts';
import type { Services } from '../http/services.ts';
import { bindBrowser, originOf, signIn } from '../http/session.ts';
import { beginRegistration, finishRegistration } from '../passkeys/registration.service.ts';

/** The two ways to become an account: the first administrator, and everybody else by a link. */
type Kind = 'set_up' | 'sign_up';

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  services: Services;
}

/** Details first, so that nobody makes a passkey for an account they cannot have. */
export async function beginSignUp(
  { request, reply, services }: Exchange,
  {
    kind,
    input,
    details = {},
  }: { kind: Kind; input: PersonDetails; details?: Record<string, unknown> },
) {
  const person = toPersonDetails(input);
  await assertPersonIsNew(request.em, person);
  const browser = { appUrl: services.config.APP_URL, hash: bindBrowser(request, reply, services) };
  return beginRegistration(request.em, browser, { kind, userId: randomUUID(), person, details });
}

interface SignUpAnswer {
  kind: Kind;
  credential: RegistrationResponseJSON;

  /** Takes what makes this sign-up possible (the open set-up, a use of the invite), or refuses. */
  consume(em: EntityManager, details: Record<string, unknown>, user: User): Promise<void>;
}

/** The account, its passkey and its session come to be together, or none of them does. */
export async function finishSignUp(
  { request, reply, services }: Exchange,
  { kind, credential, consume }: SignUpAnswer,
): Promise<User> {
  const browser = { appUrl: services.config.APP_URL, hash: bindBrowser(request, reply, services) };
  const { details, passkey } = await finishRegistration(request.em, browser, kind, credential);
  const { person, userId } = details as { person: PersonDetails; userId: string };

  const user = await request.em.transactional(async (em) => {
    const created = await createUser(em, person, { id: userId, isAdmin: kind === 'set_up' });
    await consume(em, details, created);
    await addPasskey(em, { ...passkey, userId });
    const facts = { actor: `user:${userId}`, userId, origin: originOf(request) };
    const { inviteId: invite } = details;
    await recordAudit(em, {
      event: 'account_created',
      ...facts,
      details: { by: kind, ...(invite !== undefined && { invite }) },
    });
    await verifyNewPerson(em, services, created);
    await recordAudit(em, { event: 'passkey_added', ...facts, details: { name: passkey.name } });
    return created;
  });
  await signIn(request, reply, services, { userId, method: 'sign_up' });
  return user;
}

/** The last step of everybody but the first administrator: may they still, and which groups do they join? */
export async function welcome(
  em: EntityManager,
  user: User,
  { isInvited, groups, email }: ConsumedInvite,
): Promise<void> {
  const settings = await getGeneralSettings(em);
  assertMaySignUp(settings, isInvited);
  await addToGroups(em, user.id, [...settings.defaultGroups, ...groups]);
  // The link went to this mailbox and to nobody else.
  user.emailVerified = email === user.email;
  await em.flush();
}
