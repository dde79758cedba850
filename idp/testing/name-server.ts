import { createSocket } from 'node:dgram';
import { type Answer, decode, encode } from 'dns-packet';

export interface NameServer {
  /** As `DNS_SERVERS` names it. */
  address: string;
  close(): Promise<void>;
}

/** A real DNS server on loopback that knows these texts; null says that a name exists and has none. */
export async function startNameServer(texts: Record<string, string[] | null>): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    const [{ name } = { name: '' }] = questions;
    const known = texts[name.toLowerCase()];
    const answers = (known ?? []).map((data): Answer => ({ type: 'TXT', name, ttl: 1, data }));
    // The last four bits of the flags: 3 is NXDOMAIN.
    const flags = known === undefined ? 3 : 0;
    socket.send(encode({ type: 'response', id, flags, questions, answers }), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
