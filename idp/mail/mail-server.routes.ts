import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import {
  ADMIN,
  assertSmtpSettings,
  declareSettings,
  findSettings,
  type Keyring,
  mailPerson,
  type Owner,
  Refusal,
  SMTP_PASSWORD_PLACE,
  type SmtpSettings,
} from '#core';
import { requireAdministrator, requirePerson } from '../http/caller.ts';
import type { Services } from '../http/services.ts';
import { MailServerInput, MailServerView } from './mail.schemas.ts';

/** Where mail goes out, for administrators. What an SMTPConfig declares can only be changed there. */
export const mailServerRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const { keyring } = services;

  app.get(
    '/settings/mail',
    { schema: { response: { 200: Type.Union([MailServerView, Type.Null()]) } } },
    async (request) => {
      await requireAdministrator(request, services);
      const settings = await findSettings(request.em, 'smtp');
      return settings && toView(settings);
    },
  );

  app.put(
    '/settings/mail',
    { schema: { body: MailServerInput, response: { 200: MailServerView } } },
    async (request) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const kept = (await findSettings(request.em, 'smtp'))?.value.auth?.password;
      const value = toSettings(request.body, { keyring, kept });
      assertSmtpSettings(value);
      await declareSettings(request.em, 'smtp', value, { actor, origin });
      return toView({ value, owner: ADMIN });
    },
  );

  app.post(
    '/settings/mail/test',
    { schema: { response: { 202: Type.Object({ id: Type.String() }) } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      const { user } = await requirePerson(request, services);
      const id = await mailPerson(request.em, keyring, { kind: 'test', to: user, values: {} });
      if (!id) {
        throw new Refusal('not_found', 'There is no mail server yet: save one first');
      }
      return reply.status(202).send({ id });
    },
  );
};

function toSettings(
  { fromAddress, fromName, username, password, ...server }: MailServerInput,
  { keyring, kept }: { keyring: Keyring; kept: string | undefined },
): SmtpSettings {
  const sealed = password === undefined ? kept : keyring.encrypt(password, SMTP_PASSWORD_PLACE);
  if (username !== null && sealed === undefined) {
    throw new Refusal('invalid_input', 'A user name at the mail server needs its password');
  }
  return {
    ...server,
    from: { address: fromAddress.trim(), name: fromName?.trim() || null },
    auth: username !== null && sealed !== undefined ? { username, password: sealed } : null,
  };
}

function toView({ value, owner }: { value: SmtpSettings; owner: Owner }): MailServerView {
  const { from, auth, ...server } = value;
  return {
    ...server,
    fromAddress: from.address,
    fromName: from.name,
    username: auth?.username ?? null,
    hasPassword: auth !== null,
    owner,
  };
}
