import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A mail server on loopback, and everybody's mailbox at once. */
export class Mailbox {
  readonly #server: SMTPServer;
  readonly #mails: { to: string; text: string }[] = [];
  readonly #waiting = new Set<() => void>();

  constructor() {
    this.#server = new SMTPServer({
      hideSTARTTLS: true,
      authOptional: true,
      disableReverseLookup: true,
      onData: (stream, session, done) => {
        void text(stream).then(async (source) => {
          const { text: said = '' } = await PostalMime.parse(source);
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          this.#mails.push({ to: recipients.join(), text: said });
          for (const wake of this.#waiting) {
            wake();
          }
          done(null, 'kept');
        });
      },
    });
  }

  async start(): Promise<number> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    return (this.#server.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  /** The first link of this kind that somebody was sent, once it has arrived. */
  link(to: string, part: string): Promise<string> {
    return new Promise((found) => {
      const look = () => {
        const mail = this.#mails.find((one) => one.to === to && one.text.includes(part));
        const link = mail?.text.match(/https?:\/\/\S+/g)?.find((url) => url.includes(part));
        if (link) {
          this.#waiting.delete(look);
          found(link);
        }
      };
      this.#waiting.add(look);
      look();
    });
  }
}
