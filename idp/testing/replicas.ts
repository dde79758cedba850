import { once } from 'node:events';
import { createServer, request as forward, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectDatabase } from '#core';
import { type Connection, connect } from './connection.ts';
import { buildServices, startReplica } from './test.ts';

/** Two replicas on one database, behind one address, over real sockets. */
export interface Replicas {
  origin: string;
  door: Connection;

  /** Which replica answered what, in order. */
  journal: { replica: number; path: string }[];
  stop(): Promise<void>;
}

/** No two requests in a row reach the same replica, so that whatever is begun on one goes on at the other. */
export async function startReplicas(databaseUrl: string): Promise<Replicas> {
  const ports: number[] = [];
  const journal: Replicas['journal'] = [];
  const balancer = createServer((request, response) => {
    const replica = journal.length % ports.length;
    journal.push({ replica, path: String(request.url).split('?')[0] ?? '' });
    passOn(ports[replica] ?? 0)(request, response);
  });
  const origin = `http://localhost:${await listen(balancer)}`;
  const replicas = await Promise.all([0, 1].map(() => startListening(databaseUrl, origin)));
  ports.push(...replicas.map(({ port }) => port));
  const door = connect(origin);
  return {
    origin,
    door,
    journal,
    async stop() {
      await door.close();
      balancer.closeAllConnections();
      balancer.close();
      await Promise.all(replicas.map((replica) => replica.stop()));
    },
  };
}

async function startListening(databaseUrl: string, origin: string) {
  const database = await connectDatabase(databaseUrl);
  const { config } = await buildServices({ database, databaseUrl });
  const replica = await startReplica(
    { database, databaseUrl },
    { config: { ...config, APP_URL: origin, INTERNAL_APP_URL: origin } },
  );
  await replica.app.listen({ host: '127.0.0.1', port: 0 });
  return {
    port: (replica.app.server.address() as AddressInfo).port,
    async stop() {
      replica.app.server.closeAllConnections();
      await replica.stop();
      await database.close();
    },
  };
}

function passOn(port: number): RequestListener {
  return (request, response) => {
    const { method, url, headers } = request;
    const onward = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
