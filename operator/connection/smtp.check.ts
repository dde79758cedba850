import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpSettings } from '#core';
import type { Aspect } from '../runtime/reconciler.ts';
import { type ClientError, type FaultReason, ServerFault } from './server-fault.ts';
import { findFailed, type Step, tryInOrder } from './steps.ts';

type Credentials = NonNullable<SmtpSettings['auth']>;

const PROTECTION = { starttls: 'STARTTLS', tls: 'TLS', none: 'nothing' };

/**
 * Connects to the mail server as a mail would, as far as signing in, and sends nothing. The password is the plain
 * one. Says what works as the aspects `Connected` and, where somebody is to be signed in, `Authenticated`.
 */
export async function checkSmtp(
  settings: SmtpSettings,
  timeoutMs: number = 10_000,
): Promise<Aspect[]> {
  const { host, port, tls, auth } = settings;
  const server = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const connection = openConnection(settings, timeoutMs);
  const told = <Outcome>(outcome: Promise<Outcome>, sentence: string) =>
    outcome.catch((error: ClientError) => {
      const password = auth?.password ?? null;
      const otherwise = reasonOf(error);
      throw ServerFault.from(error, { server, timeoutMs, password, otherwise, sentence });
    });
  const connected: Step = {
    aspect: 'Connected',
    async attempt() {
      await told(connect(connection), `no connection to ${server}`);
      return `${server} answers, protected by ${PROTECTION[tls]}`;
    },
  };
  const authenticated = (credentials: Credentials): Step => ({
    aspect: 'Authenticated',
    async attempt() {
      const user = `user "${credentials.username}"`;
      await told(signIn(connection, credentials), `${server} does not let ${user} in`);
      return `${server} lets ${user} in`;
    },
  });

  const steps = [connected, ...(auth ? [authenticated(auth)] : [])];
  const aspects = await tryInOrder({ server, steps, timeoutMs });
  leave(connection, Boolean(findFailed(aspects)));
  return aspects;
}

function openConnection(settings: SmtpSettings, timeoutMs: number): SMTPConnection {
  const { host, port, tls, ca, insecureSkipVerify } = settings;
  const connection = new SMTPConnection({
    host,
    port,
    secure: tls === 'tls',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { ...(ca && { ca }), rejectUnauthorized: !insecureSkipVerify },
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 1_000,
  });
  // What fails between two steps is found by the next one; without a listener it would end the process.
  return connection.on('error', () => {});
}

function connect(connection: SMTPConnection): Promise<void> {
  return untilDone(connection, (done) => connection.connect(done));
}

async function signIn(
  connection: SMTPConnection,
  { username, password }: Credentials,
): Promise<void> {
  // nodemailer would go on without signing in, and the first mail would be refused.
  if (!connection.allowsAuth) {
    throw Object.assign(new Error('it offers no way to sign in'), { code: 'EAUTH' });
  }
  return untilDone(connection, (done) =>
    connection.login({ user: username, pass: password }, done),
  );
}

/** Some failures come by the callback, others as an event, and a closing server only ends the connection. */
function untilDone(
  connection: SMTPConnection,
  begin: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = () => reject(new Error(connection.lastServerResponse || 'it hung up'));
  connection.once('error', reject).once('end', onEnd);
  begin((error) => (error ? reject(error) : resolve()));
  return promise.finally(() => connection.off('error', reject).off('end', onEnd));
}

function leave(connection: SMTPConnection, isFailed: boolean): void {
  if (isFailed) {
    connection.close();
    return;
  }
  connection.quit();
  // A server that does not answer QUIT is left all the same.
  setTimeout(() => connection.close(), 1_000).unref();
}

function reasonOf({ code }: ClientError): FaultReason {
  return code === 'EAUTH' ? 'AuthenticationFailed' : 'ConnectionFailed';
}
