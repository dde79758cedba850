import { createSocket } from 'node:dgram';
import { type Answer, decode, encode } from 'dns-packet';

/** What the world says of domains, on loopback: the texts of each name, which a test may change. */
export class NameServer {
  readonly texts: Record<string, string[]> = {};
  readonly #socket = createSocket('udp4');

  async start(): Promise<string> {
    this.#socket.on('message', (message, { port, address }) => {
      const { id, questions = [] } = decode(message);
      const [{ name } = { name: '' }] = questions;
      const known = this.texts[name.toLowerCase()];
      const answers = (known ?? []).map((data): Answer => ({ type: 'TXT', name, ttl: 1, data }));
      // The last four bits of the flags: 3 is NXDOMAIN.
      const flags = known ? 0 : 3;
      this.#socket.send(encode({ type: 'response', id, flags, questions, answers }), port, address);
    });
    await new Promise<void>((ready) => this.#socket.bind(0, '127.0.0.1', ready));
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((closed) => this.#socket.close(() => closed()));
  }
}
