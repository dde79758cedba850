import {
  type Aspect,
  checkSmtp,
  findFailed,
  type SmtpSettings,
  tallyMails,
  WrongEncryptionKey,
} from '#core';
import { findSmtpSettings } from '../mail/mail.delivery.ts';
import type { Check, Finding, Means } from './finding.ts';

/** Before the page gives up on it. */
const TIMEOUT_MS = 10_000;

const CODES: Record<string, string> = {
  HostNotFound: 'host_not_found',
  ConnectionFailed: 'unreachable',
  Timeout: 'no_answer',
  TLSFailed: 'tls_failed',
  AuthenticationFailed: 'credentials_refused',
  SenderRefused: 'sender_refused',
};

export const MAIL_CHECKS: Check[] = [
  { id: 'mail', run: checkServer },
  { id: 'messages', run: checkMessages },
];

async function checkServer({ em, services }: Means): Promise<Finding> {
  try {
    const settings = await findSmtpSettings(em, services.keyring);
    return settings
      ? judge(settings, await checkSmtp(settings, TIMEOUT_MS))
      : { status: 'off', code: 'off' };
  } catch (error) {
    if (error instanceof WrongEncryptionKey) {
      return { status: 'failed', code: 'password_unreadable' };
    }
    throw error;
  }
}

function judge({ host, port, from, auth }: SmtpSettings, aspects: Aspect[]): Finding {
  const failed = findFailed(aspects);
  const values = {
    server: `${host}:${port}`,
    host,
    port,
    user: auth?.username ?? '',
    sender: from.address,
  };
  // In the order in which they were tried: what came before the failure works.
  const facts = aspects
    .filter(({ status }) => status !== 'Unknown')
    .map(({ type, message }): [string, string] => [type, message]);
  return failed
    ? { status: 'failed', code: CODES[failed.reason] ?? 'unreachable', values, facts }
    : { status: 'ok', code: 'works', values, facts };
}

async function checkMessages({ em }: Means): Promise<Finding> {
  const { delivered, failed, retried, answer } = await tallyMails(em);
  const values = { delivered, failed, retried };
  if (failed === 0 && retried === 0) {
    return { status: 'ok', code: delivered === 0 ? 'none' : 'delivered', values };
  }
  const facts: Finding['facts'] = answer ? [['answer', answer]] : [];
  return { status: 'warning', code: 'undelivered', values, facts };
}
