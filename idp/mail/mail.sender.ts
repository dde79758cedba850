import { createTransport } from 'nodemailer';
import { type MailFailure, type SmtpSettings, toServerWords } from '#core';
import type { RenderedMail } from './mail.template.ts';

export interface Letter extends RenderedMail {
  recipient: string;
  language: string;

  /** The same at each attempt, so that mail programs show one of two. */
  messageId: string;
}

/** It could not be sent, or nobody knows; with what is to be kept of it. */
export class MailNotSent extends Error {
  readonly failure: MailFailure;

  constructor(failure: MailFailure) {
    super(failure.answer);
    this.name = 'MailNotSent';
    this.failure = failure;
  }
}

const TIMEOUT_MS = 20_000;

/** Sends one letter and tells what the server said. The password in the settings is the plain one. */
export async function sendMail(settings: SmtpSettings, letter: Letter): Promise<string> {
  const { from } = settings;
  const transport = createTransport(toOptions(settings));
  let isHandedOver = false;
  transport.use('stream', (mail, done) => {
    const { message } = mail;
    const open = message.createReadStream.bind(message);
    // Read only once the server has said to go ahead, and to its end only when all of it was written.
    message.createReadStream = () =>
      open().once('end', () => {
        isHandedOver = true;
      });
    done();
  });

  try {
    const { response } = await transport.sendMail({
      from: { name: from.name ?? '', address: from.address },
      to: { name: '', address: letter.recipient },
      // One address, as the envelope has it: what stands in a header is never asked who else it might mean.
      envelope: { from: from.address, to: [letter.recipient] },
      subject: letter.subject,
      text: letter.text,
      html: letter.html,
      messageId: letter.messageId,
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': letter.language },
    });
    return toServerWords(response, settings.auth?.password ?? null);
  } catch (error) {
    throw new MailNotSent(toFailure(error as SmtpError, settings, isHandedOver));
  }
}

function toOptions({ host, port, tls, ca, insecureSkipVerify, auth }: SmtpSettings) {
  return {
    host,
    port,
    secure: tls === 'tls',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { ...(ca && { ca }), rejectUnauthorized: !insecureSkipVerify },
    ...(auth && { auth: { user: auth.username, pass: auth.password } }),
    dnsTimeout: TIMEOUT_MS,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

interface SmtpError extends Error {
  code?: string;

  /** The command that was refused, such as "RCPT TO". */
  command?: string;
  response?: string;
  responseCode?: number;
}

/**
 * A 5xx about this recipient or this message is the server's last word. One about our own address, our account or
 * TLS is a mistake in the settings, which somebody may mend in time (RFC 5321 §4.2.1).
 */
function toFailure(error: SmtpError, settings: SmtpSettings, isHandedOver: boolean): MailFailure {
  const { responseCode = 0, command = '', response, message } = error;
  const said = responseCode > 0;
  const isAboutMail = /^(RCPT TO|DATA)/.test(command) || (said && isHandedOver);
  return {
    answer: toServerWords(
      response || `${settings.host}:${settings.port}: ${message}`,
      settings.auth?.password ?? null,
    ),
    isFinal: responseCode >= 500 && isAboutMail,
    unsure: isHandedOver && !said,
  };
}
