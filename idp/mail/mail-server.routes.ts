import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { changeSettings, mailPerson, Refusal, type SettingsView, viewSettings } from '#core';
import { requireAdministrator, requirePerson } from '../http/caller.ts';
import { seenBy, tagged } from '../http/conditions.ts';
import type { Services } from '../http/services.ts';
import { ManifestText, sendManifest } from '../manifests/manifest.ts';
import { tellSecrets } from '../manifests/settings.manifest.ts';
import { listSmtpSecrets, toSmtpConfigManifest } from '../manifests/smtp-config.manifest.ts';
import { MailServerInput, MailServerView } from './mail.schemas.ts';
import { toSmtpSettings, viewMailServer } from './mail-server-view.ts';

/** Where mail goes out, for administrators. What an SMTPConfig declares can only be changed there. */
export const mailServerRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const { keyring } = services;

  app.get(
    '/settings/mail',
    { schema: { response: { 200: Type.Union([MailServerView, Type.Null()]) } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      return answer(reply, await viewSettings(request.em, 'smtp'));
    },
  );

  app.get(
    '/settings/mail/manifest',
    { schema: { response: { 200: ManifestText } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      const { value, owner } = await viewSettings(request.em, 'smtp');
      if (!value) {
        throw new Refusal('not_found', 'There is no mail server yet: save one first');
      }
      const secrets = tellSecrets([...listSmtpSecrets(value)]);
      return sendManifest(reply, toSmtpConfigManifest(value, owner), secrets);
    },
  );

  app.put(
    '/settings/mail',
    {
      schema: {
        body: MailServerInput,
        response: { 200: Type.Union([MailServerView, Type.Null()]) },
      },
    },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const changed = await changeSettings(request.em, 'smtp', {
        toValue: (before) => toSmtpSettings(request.body, before, keyring),
        by: { actor, origin },
        seen: seenBy(request),
      });
      return answer(reply, changed);
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

/** Null until there is a mail server; also that has a version, for who wants to be the first to save one. */
function answer(
  reply: FastifyReply,
  { value, ...of }: SettingsView<'smtp'>,
): MailServerView | null {
  tagged(reply, of);
  return value && viewMailServer(value, of);
}
