import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { findFreePort } from '#core/testing/free-port';
import type { Cluster } from './cluster.ts';

const OPERATOR = resolve(import.meta.dirname, '../main.ts');
const IDP = resolve(import.meta.dirname, '../../idp/main.ts');

const COMMON = { APP_URL: 'https://id.example.com', ENCRYPTION_KEY: 'a key for tests only' };

export interface Program {
  child: ChildProcess;
  output(): string;

  /** Resolves with the next line, from now on or before, that has this text in it. */
  line(text: string): Promise<void>;

  /** What it answers at a path, without following a redirect; of the operator `/metrics`, `/healthz` or `/readyz`. */
  ask(path: string): Promise<{ status: number; text: string }>;

  /** Resolves with the exit code. */
  exited: Promise<number | null>;
}

/** `node operator/main.ts` as a process of its own, looking after one namespace, by whatever way to its API server. */
export async function startProgram(
  cluster: Cluster,
  databaseUrl: string,
  kubeconfigPath = cluster.connection.kubeconfigPath,
): Promise<Program> {
  const port = await findFreePort();
  return start(OPERATOR, port, {
    KUBECONFIG: kubeconfigPath,
    DB_CONNECTION_STRING: databaseUrl,
    POD_NAMESPACE: cluster.namespace,
    WATCH_NAMESPACES: cluster.namespace,
    METRICS_PORT: `${port}`,
    // As the image and the chart set it.
    NODE_OPTIONS: '--max-semi-space-size=2 --max-old-space-size=96',
    MALLOC_ARENA_MAX: '1',
  });
}

/** `node idp/main.ts`, once it listens. */
export async function startIdentityProvider(databaseUrl: string): Promise<Program> {
  const port = await findFreePort();
  const program = start(IDP, port, {
    DB_CONNECTION_STRING: databaseUrl,
    HOST: '127.0.0.1',
    PORT: `${port}`,
  });
  await program.line('idp is listening');
  return program;
}

function start(main: string, port: number, settings: Record<string, string>): Program {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...COMMON, ...settings },
  });
  const lines: string[] = [];
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => lines.push(line));
  }
  return {
    child,
    exited,
    output: () => lines.join('\n'),
    line: (text) => untilLine(lines, text),
    ask: async (path) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
      return { status: answer.status, text: await answer.text() };
    },
  };
}

export interface IdpProgram {
  url: string;
  end(): Promise<void>;
}

/** `node idp/main.ts`, which shares nothing with the operator but the database. */
export async function startIdp(databaseUrl: string): Promise<IdpProgram> {
  const port = await findFreePort();
  const child = spawn(process.execPath, [IDP], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      APP_URL: 'https://id.example.com',
      ENCRYPTION_KEY: 'a key for tests only',
      DB_CONNECTION_STRING: databaseUrl,
      HOST: '127.0.0.1',
      PORT: `${port}`,
    },
  });
  const lines: string[] = [];
  const exited = new Promise((done) => child.once('exit', done));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => lines.push(line));
  }
  await untilLine(lines, 'idp is listening');
  return {
    url: `http://127.0.0.1:${port}`,
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const PATIENCE_MS = 40_000;

async function untilLine(lines: string[], text: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!lines.some((line) => line.includes(text))) {
    if (Date.now() > end) {
      throw new Error(`no line with "${text}" in:\n${lines.join('\n')}`);
    }
    await new Promise((again) => setTimeout(again, 20));
  }
}
