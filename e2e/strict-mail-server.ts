import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail server that refuses what a test says, in these words. */
export class StrictMailServer {
  readonly #server: SMTPServer;

  constructor(refuses: 'credentials' | 'sender', words: string) {
    const options: SMTPServerOptions =
      refuses === 'credentials'
        ? { onAuth: (_auth, _session, done) => done(refusal(535, words)) }
        : {
            authOptional: true,
            onMailFrom: (_address, _session, done) => done(refusal(553, words)),
          };
    this.#server = new SMTPServer({ logger: false, ...options });
    this.#server.on('error', () => {});
  }

  async start(): Promise<number> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    return (this.#server.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }
}

function refusal(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}
