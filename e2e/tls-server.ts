import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:https';

interface Place {
  host: string;
  port: number;
}

export interface TlsServer {
  stop(): void;
}

/** What an ingress does: ends TLS, and says where the request came from. */
export async function serveTls(
  files: { cert: Buffer; key: Buffer },
  { host, port, to }: Place & { to: Place },
): Promise<TlsServer> {
  const server = createServer(files, (incoming, outgoing) => {
    const headers = {
      ...incoming.headers,
      'x-forwarded-for': incoming.socket.remoteAddress ?? '',
      'x-forwarded-proto': 'https',
    };
    const onward = request(
      { ...to, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await once(server.listen(port, host), 'listening');
  return {
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
