import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { eventually } from './eventually.ts';
import { startGuarded } from './guarded-process.ts';

const test = base.extend<{ log: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
  log: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'permiso-guarded-'));
    await use(join(folder, 'log'));
    await rm(folder, { recursive: true });
  },
});

describe('a guarded process', () => {
  test('is gone when it was ended, however often', async ({ log }) => {
    const process = await startGuarded('sleep', ['60'], log);

    await process.end('SIGTERM');
    await process.end('SIGTERM');

    expect(process.isRunning()).toBe(false);
    expect(exists(process.pid)).toBe(false);
  });

  test('is ended by force when it does not listen', async ({ log }) => {
    const deaf = 'trap "" TERM; echo deaf; while :; do sleep 0.1; done';
    const process = await startGuarded('sh', ['-c', deaf], log);
    await eventually(async () => expect(await readFile(log, 'utf8')).toBe('deaf\n'));

    await process.end('SIGTERM', 200);

    expect(exists(process.pid)).toBe(false);
  });

  test('does not outlive the process that started it', async ({ log }) => {
    const module = new URL('guarded-process.ts', import.meta.url);
    const program = `const { startGuarded } = await import('${module}');
      console.log((await startGuarded('sleep', ['60'], '${log}')).pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(line);
    expect(exists(pid)).toBe(true);

    parent.kill('SIGKILL');

    await eventually(() => expect(exists(pid)).toBe(false));
  });

  test('that cannot be started says so', async ({ log }) => {
    await expect(startGuarded('/nowhere/etcd', [], log)).rejects.toThrow('/nowhere/etcd');
  });
});

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
