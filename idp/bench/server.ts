import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Profiler } from 'node:inspector';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Question, Usage } from './probe.ts';

const root = resolve(import.meta.dirname, '../..');
/** What the Dockerfile sets; the first start fills the cache. */
const AS_IN_THE_IMAGE = {
  NODE_ENV: 'production',
  NODE_COMPILE_CACHE: join(root, '.cache/compiled'),
  NODE_OPTIONS: '--max-semi-space-size=2',
  MALLOC_ARENA_MAX: '1',
};
const POLL_MS = 5;
const START_TIMEOUT_MS = 60_000;

/** The identity provider as a process of its own, in which a probe says what it uses. */
export interface Server {
  /** From its birth to the first time it said that it is ready, in milliseconds. */
  startMs: number;
  usage(): Promise<Usage>;
  startProfile(): Promise<unknown>;
  stopProfile(): Promise<Profiler.Profile>;
  stop(): Promise<void>;
}

/** Starts the program of a real deployment; resolves when `/readyz` says so. */
export async function startServer(environment: Record<string, string>): Promise<Server> {
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'probe.ts'), join(root, 'idp/main.ts')],
    {
      env: { ...process.env, ...AS_IN_THE_IMAGE, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const exited = once(child, 'exit');
  await untilReady(child, `http://127.0.0.1:${environment.PORT}/readyz`);
  const ask = <T>(question: Question) => askProbe<T>(child, question);
  return {
    startMs: performance.now() - begun,
    usage: () => ask('usage'),
    startProfile: () => ask('start profile'),
    stopProfile: () => ask('stop profile'),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) {
      return;
    }
    await sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error('the identity provider does not become ready');
}

function askProbe<T>(child: ChildProcess, question: Question): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the identity provider has ended'));
    const listen = (message: { question?: Question; value?: unknown }) => {
      if (message.question === question) {
        child.off('message', listen).off('exit', ended);
        resolve(message.value as T);
      }
    };
    child.on('message', listen).once('exit', ended);
    child.send(question);
  });
}
