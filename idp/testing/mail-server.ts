import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { type EntityManager, query, type SmtpSettings } from '#core';

export interface MailServer {
  port: number;

  /** What it took, oldest first. */
  inbox: { recipients: string[]; email: Email; source: string }[];

  /** Changes how it behaves from now on. */
  behave(options: Pick<SMTPServerOptions, 'onMailFrom' | 'onRcptTo' | 'onData'>): void;

  /** Ends every connection without a word. */
  hangUp(): void;
  close(): Promise<void>;
}

/** A real mail server on loopback, which keeps what it gets. */
export async function startMailServer(port = 0): Promise<MailServer> {
  const inbox: MailServer['inbox'] = [];
  let behaviour: SMTPServerOptions = {};
  const server = new SMTPServer({
    hideSTARTTLS: true,
    authOptional: true,
    disableReverseLookup: true,
    onMailFrom: (address, session, done) =>
      behaviour.onMailFrom ? behaviour.onMailFrom(address, session, done) : done(),
    onRcptTo: (address, session, done) =>
      behaviour.onRcptTo ? behaviour.onRcptTo(address, session, done) : done(),
    onData(stream, session, done) {
      void text(stream).then(async (source) => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        inbox.push({ recipients, source, email: await PostalMime.parse(source) });
        return behaviour.onData ? behaviour.onData(stream, session, done) : done(null, 'kept');
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    inbox,
    behave(options) {
      behaviour = options;
    },
    hangUp() {
      for (const { _socket } of server.connections) {
        _socket.destroy();
      }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Writes the settings as the web page or an SMTPConfig would, and may write them again. */
export async function useMailServer(em: EntityManager, port: number): Promise<void> {
  const settings: SmtpSettings = {
    host: '127.0.0.1',
    port,
    tls: 'none',
    ca: null,
    insecureSkipVerify: false,
    from: { address: 'id@example.com', name: 'Example ID' },
    auth: null,
  };
  await query(
    em,
    `insert into settings (key, value, owner, updated_at) values ('smtp', $1::jsonb, 'admin', now())
     on conflict (key) do update set value = excluded.value`,
    [JSON.stringify(settings)],
  );
}
