import SMTPConnection, {
  type SMTPConnectionCustomAuthContext,
} from 'nodemailer/lib/smtp-connection';
import type { SmtpSettings } from '../settings/settings.types.ts';
import { type ClientError, type FaultReason, ServerFault } from './server-fault.ts';
import { type Aspect, findFailed, type Step, tryInOrder } from './steps.ts';

type Credentials = NonNullable<SmtpSettings['auth']>;

// nodemailer lets a single command through in an authentication of one's own, and nowhere else.
const MAIL_FROM = 'MAIL FROM';

const PROTECTION = { starttls: 'STARTTLS', tls: 'TLS', none: 'nothing' };

/**
 * Goes as far with the mail server as a mail would before it names who gets it, and sends nothing. The password is the
 * plain one. Says what works as the aspects `Connected`, `Authenticated` where somebody is to be signed in, and
 * `SenderAccepted`.
 */
export async function checkSmtp(
  settings: SmtpSettings,
  timeoutMs: number = 10_000,
): Promise<Aspect[]> {
  const { host, port, auth } = settings;
  const server = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const connection = openConnection(settings, timeoutMs);
  const told: Told = async (outcome, otherwise, sentence) => {
    await outcome.catch((error: ClientError) => {
      const password = auth?.password ?? null;
      throw ServerFault.from(error, { server, timeoutMs, password, otherwise, sentence });
    });
  };

  const steps = listSteps({ settings, server, connection, told });
  const aspects = await tryInOrder({ server, steps, timeoutMs });
  leave(connection, Boolean(findFailed(aspects)));
  return aspects;
}

/** Waits for the outcome of a step; a failure becomes a `ServerFault` that begins with the sentence. */
type Told = (outcome: Promise<void>, otherwise: FaultReason, sentence: string) => Promise<void>;

interface Conversation {
  settings: SmtpSettings;
  server: string;
  connection: SMTPConnection;
  told: Told;
}

function listSteps({ settings, server, connection, told }: Conversation): Step[] {
  const { tls, auth, from } = settings;
  const connected: Step = {
    aspect: 'Connected',
    async attempt() {
      await told(connect(connection), 'ConnectionFailed', `no connection to ${server}`);
      return `${server} answers, protected by ${PROTECTION[tls]}`;
    },
  };
  const authenticated = (credentials: Credentials): Step => ({
    aspect: 'Authenticated',
    async attempt() {
      const user = `user "${credentials.username}"`;
      const sentence = `${server} does not let ${user} in`;
      await told(signIn(connection, credentials), 'AuthenticationFailed', sentence);
      return `${server} lets ${user} in`;
    },
  });
  const senderAccepted: Step = {
    aspect: 'SenderAccepted',
    async attempt() {
      const sentence = `${server} refuses mail from ${from.address}`;
      await told(nameSender(connection), 'SenderRefused', sentence);
      return `${server} takes mail from ${from.address}`;
    },
  };
  return [connected, ...(auth ? [authenticated(auth)] : []), senderAccepted];
}

function openConnection(settings: SmtpSettings, timeoutMs: number): SMTPConnection {
  const { host, port, tls, ca, insecureSkipVerify, from } = settings;
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
    customAuth: { [MAIL_FROM]: (dialogue) => sayMailFrom(dialogue, from.address) },
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

/** QUIT after it, and the server forgets that there was to be a mail. */
function nameSender(connection: SMTPConnection): Promise<void> {
  return untilDone(connection, (done) => connection.login({ method: MAIL_FROM }, done));
}

async function sayMailFrom(
  { sendCommand }: SMTPConnectionCustomAuthContext,
  address: string,
): Promise<void> {
  const { status, response } = await sendCommand(`MAIL FROM:<${address}>`);
  if (status !== 250) {
    throw Object.assign(new Error(response), { response });
  }
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
