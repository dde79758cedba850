import type { FastifyInstance } from 'fastify';
import {
  type DueMail,
  type EntityManager,
  findSettings,
  getBranding,
  getGeneralSettings,
  type Keyring,
  type MailFailure,
  openMail,
  recordMailDelivered,
  recordMailFailed,
  SMTP_PASSWORD_PLACE,
  type SmtpSettings,
  takeDueMails,
  WrongEncryptionKey,
} from '#core';
import { workThrough } from '../http/queue-worker.ts';
import type { Services } from '../http/services.ts';
import { MailNotSent, sendMail } from './mail.sender.ts';
import { renderMail } from './mail.template.ts';

const AT_ONCE = 5;

/** Sends what is queued, for as long as the app listens. The settings are read anew each time: no restart. */
export function deliverMails(app: FastifyInstance, services: Services): void {
  workThrough(app, services, {
    table: 'mails',
    atOnce: AT_ONCE,
    take: (em) => takeDueMails(em, AT_ONCE),
    work: (em, mail) => attempt(em, services, mail),
  });
}

async function attempt(em: EntityManager, services: Services, mail: DueMail): Promise<void> {
  const { log, metrics } = services;
  try {
    const answer = await deliver(em, services, mail);
    await recordMailDelivered(em, mail.id, answer);
    metrics?.mails.inc({ kind: mail.kind, result: 'delivered' });
    log.info({ mail: mail.id, kind: mail.kind }, 'mail delivered');
  } catch (error) {
    const failure = toFailure(error);
    await recordMailFailed(em, mail, failure);
    metrics?.mails.inc({ kind: mail.kind, result: 'failed' });
    log.warn({ mail: mail.id, kind: mail.kind, ...failure }, 'mail was not delivered');
  }
}

/** Words for whoever looks at the mail. An accident is thrown on: its words may be about what the mail tells. */
function toFailure(error: unknown): MailFailure {
  if (error instanceof MailNotSent) {
    return error.failure;
  }
  // Another replica may have the key, and this one after its next start.
  if (error instanceof WrongEncryptionKey) {
    return { answer: error.message, isFinal: false, unsure: false };
  }
  throw error;
}

async function deliver(
  em: EntityManager,
  { config, keyring }: Services,
  mail: DueMail,
): Promise<string> {
  const settings = await findSmtpSettings(em, keyring);
  if (!settings) {
    throw new MailNotSent({ answer: 'mail is switched off', isFinal: false, unsure: false });
  }
  const { name } = await getGeneralSettings(em);
  const { accent } = await getBranding(em);
  const instance = { name, appUrl: config.APP_URL, accent };
  return sendMail(settings, {
    ...renderMail(openMail(keyring, mail), instance, mail.language),
    recipient: mail.recipient,
    language: mail.language ?? 'en',
    messageId: `<${mail.id}@${new URL(config.APP_URL).hostname}>`,
  });
}

/** With the password in plain. */
export async function findSmtpSettings(
  em: EntityManager,
  keyring: Keyring,
): Promise<SmtpSettings | null> {
  const value = (await findSettings(em, 'smtp'))?.value;
  const auth = value?.auth && {
    ...value.auth,
    password: keyring.decrypt(value.auth.password, SMTP_PASSWORD_PLACE),
  };
  return value ? { ...value, auth: auth ?? null } : null;
}
