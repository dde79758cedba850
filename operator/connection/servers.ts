import { createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { findFreePort } from '#core/testing/free-port';

export const MAIL_PASSWORD = 'mail-pass-1';

export interface MailServer {
  port: number;

  /** Every password that was tried. */
  passwords: unknown[];
}

/** A real mail server for one test that lets in whoever has the password. */
export async function serveMail(
  options: SMTPServerOptions,
  refusal: string = 'who are you?',
): Promise<MailServer> {
  const passwords: MailServer['passwords'] = [];
  const server = new SMTPServer({
    logger: false,
    onAuth({ password }, _session, callback) {
      passwords.push(password);
      callback(password === MAIL_PASSWORD ? null : new Error(refusal), { user: 'id' });
    },
    ...options,
  });
  // A client that distrusts the certificate hangs up in the middle.
  server.on('error', () => {});
  const port = await findFreePort();
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  return { port, passwords };
}

/** A server for one test that does what no real one does. */
export async function listen(
  answer: (socket: Socket) => void,
): Promise<{ port: number; connections: Socket[] }> {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket.on('error', () => {}));
    answer(socket);
  });
  const port = await findFreePort();
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    for (const socket of connections) {
      socket.destroy();
    }
    await new Promise((resolve) => server.close(resolve));
  });
  return { port, connections };
}
