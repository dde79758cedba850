import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Runs a program to its end and gives what it printed; throws what it complained of. */
export async function run(
  program: string,
  args: string[],
  { input = '', env = {}, timeout = 600_000 }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, timeout });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, output, complaint] = await Promise.all([
    exit,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) {
    throw new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${complaint}${output}`);
  }
  return output;
}

export interface RunOptions {
  input?: string;
  env?: Record<string, string>;
  timeout?: number;
}

/** Runs a command as a person would type it, with more arguments behind it. */
export function runCommand(command: string, ...args: string[]): Promise<string> {
  return run('sh', ['-c', `${command} "$@"`, 'sh', ...args]);
}

export async function isInstalled(program: string): Promise<boolean> {
  return run('sh', ['-c', 'command -v "$1"', 'sh', program]).then(
    () => true,
    () => false,
  );
}
