import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export interface Health {
  /** Null when all is well, else what is not. */
  findObstacle(): Promise<string | null>;
  registry: Registry;
}

/** `/healthz` (alive), `/readyz` and `/metrics` for whoever looks after the process. */
export function serveHealth(port: number, { findObstacle, registry }: Health): Promise<Server> {
  const server = createServer(async ({ url }, response) => {
    if (url === '/healthz') {
      response.end('alive\n');
    } else if (url === '/readyz') {
      const obstacle = await findObstacle();
      response.writeHead(obstacle ? 503 : 200).end(`${obstacle ?? 'ready'}\n`);
    } else if (url === '/metrics') {
      response.setHeader('content-type', registry.contentType);
      response.end(await registry.metrics());
    } else {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}
