import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Connection, connect } from '../connection.ts';

const IDP = resolve(import.meta.dirname, '../../main.ts');

export interface Program {
  door: Connection;
  metrics(): Promise<string>;

  /** Ends it as a cluster would; with everything it printed. */
  stop(): Promise<string>;
}

/** `node idp/main.ts`, as talkative as it can be, behind a socket so that no port has to be free. */
export async function startProgram(settings: Record<string, string>): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-idp-'));
  const socket = join(folder, 'socket');
  const metricsPort = await findPort();
  const child = spawn(process.execPath, [IDP], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      LOG_LEVEL: 'debug',
      UNIX_SOCKET: socket,
      METRICS_PORT: `${metricsPort}`,
      ...settings,
    },
  });
  let output = '';
  const isListening = new Promise<void>((done, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        if (output.includes('idp is listening')) {
          done();
        }
      });
    }
    child.once('exit', () => failed(new Error(`the identity provider ended:\n${output}`)));
  });
  const gone = once(child, 'close');
  await isListening;
  const door = connect(settings.APP_URL?.replace('https:', 'http:') ?? '', socket);
  return {
    door,
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    async stop() {
      await door.close();
      child.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
      return output;
    },
  };
}

async function findPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? address.port : 0;
}
