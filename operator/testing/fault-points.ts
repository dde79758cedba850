import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import type { Database } from '#core';
import type { KubeConnection } from './kube-client.ts';

/** Numbered places between any two writes of a process. At the chosen one it dies: nothing of it works any more. */
export class FaultPoints {
  readonly #at: number;
  passed = 0;

  constructor(at = Number.POSITIVE_INFINITY) {
    this.#at = at;
  }

  get isDead(): boolean {
    return this.passed >= this.#at;
  }

  /** Throws from the chosen point on. */
  pass(): void {
    this.passed += 1;
    if (this.isDead) {
      throw new Error(`killed at point ${this.#at}`);
    }
  }
}

/** The database as a process sees it that dies before or after a transaction. */
export function withFaults(database: Database, points: FaultPoints): Database {
  const fork = () => {
    const em = database.em.fork();
    const transactional = em.transactional.bind(em);
    em.transactional = async (work, options) => {
      points.pass();
      const result = await transactional(work, options);
      points.pass();
      return result;
    };
    return em;
  };
  const em = new Proxy(database.em, {
    get: (target, name) => (name === 'fork' ? fork : Reflect.get(target, name, target)),
  });
  return new Proxy(database, {
    get: (target, name) => (name === 'em' ? em : Reflect.get(target, name, target)),
  });
}

/** `gone`: watches learn that their place in history is lost (410); `busy`: 429; `broken`: 500. */
export type FaultyAnswer = 'gone' | 'busy' | 'broken';

export interface FaultyServer {
  kubeConfig: KubeConfig;

  /** Breaks all connections; until healed, new requests get this answer, or none. */
  cut(answer?: FaultyAnswer): void;
  heal(): void;
  close(): Promise<void>;
}

/** The API server as such a process sees it: it dies before a write arrives, or before it hears that it did. */
export async function serverWithFaults(
  { url, caData, token }: KubeConnection,
  points = new FaultPoints(),
): Promise<FaultyServer> {
  const agent = new Agent({ ca: Buffer.from(caData, 'base64'), keepAlive: true });
  let isCut = false;
  let fault: FaultyAnswer | undefined;
  const server = createServer((incoming, outgoing) => {
    const isWatch = incoming.url?.includes('watch=true');
    if (isCut && (fault !== 'gone' || isWatch)) {
      answerWith(fault, outgoing);
    } else {
      forward({ incoming, outgoing, target: new URL(incoming.url ?? '/', url), agent, points });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    kubeConfig: configFor(`http://127.0.0.1:${port}`, token),
    cut(answer) {
      isCut = true;
      fault = answer;
      server.closeAllConnections();
    },
    heal() {
      isCut = false;
    },
    close: () => closeServer(server, agent),
  };
}

function answerWith(fault: FaultyAnswer | undefined, outgoing: ServerResponse): void {
  const lost = { type: 'ERROR', object: { code: 410, message: 'too old resource version' } };
  switch (fault) {
    case 'gone':
      outgoing.end(`${JSON.stringify(lost)}\n`);
      break;
    case 'busy':
      outgoing.writeHead(429, { 'retry-after': '1' }).end('{"message":"too many requests"}');
      break;
    case 'broken':
      outgoing.writeHead(500).end('{"message":"something broke"}');
      break;
    default:
      outgoing.destroy();
  }
}

interface Exchange {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  target: URL;
  agent: Agent;
  points: FaultPoints;
}

function forward({ incoming, outgoing, target, agent, points }: Exchange): void {
  const isWrite = incoming.method !== 'GET';
  if (!survives(points, isWrite)) {
    outgoing.destroy();
    return;
  }
  const { method, headers } = incoming;
  const onward = request(
    target,
    { method, headers: { ...headers, host: target.host }, agent },
    (answer) => {
      if (!survives(points, isWrite)) {
        outgoing.destroy();
        answer.resume();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

function survives(points: FaultPoints, isWrite: boolean): boolean {
  try {
    if (isWrite) {
      points.pass();
    }
    return !points.isDead;
  } catch {
    return false;
  }
}

function configFor(server: string, token: string): KubeConfig {
  const config = new KubeConfig();
  // The client library takes plain http only from who says so; it never leaves this machine.
  config.loadFromClusterAndUser(
    { name: 'faulty', server, skipTLSVerify: true },
    { name: 'test', token },
  );
  return config;
}

function closeServer(server: Server, agent: Agent): Promise<void> {
  agent.destroy();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
