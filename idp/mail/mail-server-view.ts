import { assertSmtpSettings, type Keyring, SMTP_PASSWORD_PLACE, type SmtpSettings } from '#core';
import { sealOrKeep } from '../settings/kept-password.ts';
import type { MailServerInput, MailServerView } from './mail.schemas.ts';

/** What the pages send as what is stored, judged by the rules of an SMTPConfig. */
export function toSmtpSettings(
  { fromAddress, fromName, username, password, ...server }: MailServerInput,
  before: SmtpSettings | null,
  keyring: Keyring,
): SmtpSettings {
  const seal = () =>
    sealOrKeep(password, {
      field: 'password',
      keyring,
      place: SMTP_PASSWORD_PLACE,
      stored: before?.auth?.password,
      isSameServer: before !== null && isSameServer(before, server),
      server: `${server.host}:${server.port}`,
    });
  const settings = {
    ...server,
    from: { address: fromAddress.trim(), name: fromName?.trim() || null },
    auth: username === null ? null : { username, password: '' },
  };
  assertSmtpSettings(settings);
  return { ...settings, auth: settings.auth && { ...settings.auth, password: seal() } };
}

type Server = Pick<SmtpSettings, 'host' | 'insecureSkipVerify'>;

function isSameServer(before: Server, wanted: Server): boolean {
  return before.host === wanted.host && (before.insecureSkipVerify || !wanted.insecureSkipVerify);
}

export function viewMailServer(
  { from, auth, ...server }: SmtpSettings,
  of: Pick<MailServerView, 'owner' | 'version'>,
): MailServerView {
  return {
    ...server,
    fromAddress: from.address,
    fromName: from.name,
    username: auth?.username ?? null,
    hasPassword: auth !== null,
    ...of,
  };
}
