import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION_FILE = '/etc/debian_version';

/** Only root may, and only on Debian; whoever needs the package looks for it afterwards. */
export async function installByDebian(name: string): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync(VERSION_FILE)) {
    return;
  }
  const version = (await readFile(VERSION_FILE, 'utf8')).trim();
  await tryTo(`installing the package "${name}" (Debian ${version})`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
  });
}

/** A failure is told, and left to whoever looks for the result. */
export async function tryTo(what: string, install: () => Promise<unknown>): Promise<void> {
  console.log(`set-up: ${what}`);
  try {
    await install();
  } catch (error) {
    console.log(`set-up: ${what} failed: ${(error as Error).message.split('\n')[0]}`);
  }
}
