import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunningProcess {
  child: ChildProcess;

  /** Everything it printed so far. */
  output(): string;

  /** Resolves with the first line that has this text in it. */
  line(text: string, patienceMs?: number): Promise<string>;

  /** Resolves when it has ended, by itself or not, and everything it printed is known. */
  gone: Promise<void>;

  /** Ends it and resolves when it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** Starts a Node program of this repository as a process of its own. */
export function run(path: string, environment: Record<string, string>): RunningProcess {
  return runProgram(process.execPath, [path], environment);
}

/** Starts any program, with an environment of its own. */
export function runProgram(
  program: string,
  args: string[],
  environment: Record<string, string>,
): RunningProcess {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      lines.push(String(error));
      resolve();
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (text) => {
      lines.push(text);
      for (const wake of waiting) {
        wake();
      }
    });
  }
  const output = () => lines.join('\n');

  return {
    child,
    output,
    gone,
    line: (text, patienceMs = PATIENCE_MS) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => line.includes(text));
          if (found) {
            resolve(found);
          }
        };
        const fail = () =>
          reject(
            new Error(`no line with "${text}" from ${[program, ...args].join(' ')}:\n${output()}`),
          );
        setTimeout(fail, patienceMs).unref();
        void gone.then(() => setTimeout(fail, 100));
        waiting.add(look);
        look();
      }),
    async end(signal) {
      child.kill(signal);
      await gone;
    },
  };
}
