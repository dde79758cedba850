import { spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Program {
  /** Resolves when the program says it serves. */
  ready: Promise<void>;

  /** Resolves when it ended by itself and well. */
  finished: Promise<void>;
  stop(): Promise<void>;
}

interface ProgramOptions {
  environment: NodeJS.ProcessEnv;

  /** It ended although nobody told it to. */
  onExit(code: number): void;
}

/**
 * Runs one of our programs as a process of its own. The channel between us tells it when we are gone, however we
 * ended, and tells us when it is ready.
 */
export function startProgram(path: string, { environment, onExit }: ProgramOptions): Program {
  const child = spawn(process.execPath, [path], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const name = basename(dirname(path));
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
  let expected = false;
  let isReady = false;
  for (const stream of [child.stdout, child.stderr]) {
    printLog(name, stream);
  }
  void exited.then((code) => isReady && !expected && onExit(code));

  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => {
      isReady = true;
      resolve();
    });
    void exited.then((code) => reject(new Error(`${name} ended with code ${code}`)));
  });
  const finished = exited.then((code) => {
    if (code !== 0) {
      throw new Error(`${name} ended with code ${code}`);
    }
  });
  // Each is awaited by some callers only; the others must not crash us.
  ready.catch(() => {});
  finished.catch(() => {});

  return {
    ready,
    finished,
    async stop() {
      expected = true;
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const LEVELS: Record<number, string> = { 40: 'warning: ', 50: 'error: ', 60: 'error: ' };
const PLUMBING = new Set(['level', 'time', 'msg', 'err', 'reqId']);

/** JSON lines for machines become sentences for whoever sits before the terminal. */
function printLog(name: string, stream: Readable | null): void {
  stream &&
    createInterface(stream).on('line', (line) => console.log(`${name}: ${toSentence(line)}`));
}

function toSentence(line: string): string {
  if (!line.startsWith('{')) {
    return line;
  }
  const entry = JSON.parse(line) as Record<string, unknown> & { err?: { stack?: string } };
  const facts = Object.entries(entry)
    .filter(([key]) => !PLUMBING.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const stack = entry.err?.stack ? `\n${entry.err.stack}` : '';
  return `${LEVELS[Number(entry.level)] ?? ''}${[entry.msg, ...facts].join('  ')}${stack}`;
}
