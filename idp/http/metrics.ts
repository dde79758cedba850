import { createServer, type Server } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '#core';

/** What the IdP measures. Labels come from closed sets only; a person, client or address is none. */
export function createMetrics(database: Database) {
  const registry = new Registry();
  const registers = [registry];
  // With the lag of the event loop among them.
  collectDefaultMetrics({ register: registry });
  observePool(database, registers);
  return {
    registry,
    requests: new Counter({
      name: 'permiso_idp_request_total',
      help: 'Answered requests by route, method and status class',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    duration: new Histogram({
      name: 'permiso_idp_request_seconds',
      help: 'How long an answer took',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10],
      registers,
    }),
    mails: new Counter({
      name: 'permiso_idp_mail_total',
      help: 'Attempts to send a mail by kind and result (delivered, failed)',
      labelNames: ['kind', 'result'],
      registers,
    }),
    backchannelLogouts: new Counter({
      name: 'permiso_idp_backchannel_logout_total',
      help: 'Attempts to tell an application that a session ended, by result (delivered, failed, given_up)',
      labelNames: ['result'],
      registers,
    }),
    ...measureDirectory(registers),
    signIns: new Counter({
      name: 'permiso_idp_sign_in_total',
      help: 'Sign-ins with a passkey by result (succeeded, refused, failed)',
      labelNames: ['result'],
      registers,
    }),
  };
}

function measureDirectory(registers: Registry[]) {
  return {
    directorySyncs: new Counter({
      name: 'permiso_idp_directory_sync_total',
      help: 'Synchronisations with the directory by result (succeeded, stopped, failed)',
      labelNames: ['result'],
      registers,
    }),
    directorySyncSeconds: new Histogram({
      name: 'permiso_idp_directory_sync_seconds',
      help: 'How long a synchronisation with the directory took',
      buckets: [0.5, 1, 2, 5, 10, 20, 60, 180, 600],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

const SIGN_IN_RESULTS: Record<string, string> = {
  '2xx': 'succeeded',
  '4xx': 'refused',
  '5xx': 'failed',
};

/** Measures every answer, also those that oidc-provider gives past Fastify. */
export function addMetrics(app: FastifyInstance, metrics: Metrics | null): void {
  if (!metrics) {
    return;
  }
  app.addHook('onRequest', async (request, reply) => {
    const begun = performance.now();
    reply.raw.once('finish', () => {
      const labels = toLabels(request, reply.raw.statusCode);
      metrics.requests.inc(labels);
      metrics.duration.observe(labels, (performance.now() - begun) / 1000);
      const result = SIGN_IN_RESULTS[labels.status];
      if (labels.route === '/api/session' && labels.method === 'POST' && result) {
        metrics.signIns.inc({ result });
      }
    });
  });
}

/** `/metrics` on a port of its own, because nobody but Prometheus should read it. */
export function serveMetrics(port: number, { registry }: Metrics): Promise<Server> {
  const server = createServer(async ({ url }, response) => {
    if (url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    try {
      const page = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(page);
    } catch (error) {
      response.writeHead(500).end(`${(error as Error).message}\n`);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}

/** The route's template and never the address, which anybody can make up. */
function toLabels({ routeOptions, method }: FastifyRequest, status: number) {
  return {
    route: routeOptions.url ?? 'unknown',
    method,
    status: `${Math.floor(status / 100)}xx`,
  };
}

function observePool(database: Database, registers: Registry[]): void {
  new Gauge({
    name: 'permiso_idp_database_connections',
    help: 'Connections to the database by state (used, idle), and requests that wait for one (waiting)',
    labelNames: ['state'],
    registers,
    async collect() {
      const pool = await database.em.getConnection().getNativeClient();
      this.set({ state: 'used' }, pool.totalCount - pool.idleCount);
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
}
