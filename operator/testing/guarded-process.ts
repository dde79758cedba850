import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

export interface GuardedProcess {
  pid: number;
  isRunning(): boolean;

  /** For SIGSTOP and SIGCONT; a signal that ends the process is better sent by `end`. */
  signal(signal: NodeJS.Signals): void;

  /** Ends it, by force when it does not go, and resolves when it is gone. Safe to repeat. */
  end(signal: NodeJS.Signals, patienceMs?: number): Promise<void>;
}

/**
 * Starts a program that does not outlive this process, however this process ends. What it prints is appended to
 * the log file.
 */
export async function startGuarded(
  program: string,
  args: string[],
  logPath: string,
): Promise<GuardedProcess> {
  const log = openSync(logPath, 'a');
  const child = spawn(program, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  // Without a listener a late error, such as a signal that cannot be sent, would end the tests.
  child.on('error', () => {});
  await once(child, 'spawn');
  const { pid } = child;
  if (!pid) {
    throw new Error(`${program} did not start`);
  }
  const guard = startGuard(pid);
  const gone = once(child, 'exit').then(() => guard.kill('SIGKILL'));

  return {
    pid,
    isRunning: () => isRunning(child),
    signal: (signal) => void child.kill(signal),
    async end(signal, patienceMs = 10_000) {
      if (isRunning(child)) {
        child.kill(signal);
        const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
        await gone;
        clearTimeout(force);
      }
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Its standard input ends when this process does, even by SIGKILL; then it takes the program with it. */
function startGuard(pid: number): ChildProcess {
  const script = 'trap "" INT TERM HUP; read -r _; kill -9 "$1"';
  const guard = spawn('sh', ['-c', script, 'guard', `${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}
