import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const VERSION_FILE = '/etc/debian_version';

/** Only root may, and only on Debian; whoever needs the package looks for it afterwards. */
export function installByDebian(name: string): void {
  if (process.getuid?.() !== 0 || !existsSync(VERSION_FILE)) {
    return;
  }
  const version = readFileSync(VERSION_FILE, 'utf8').trim();
  tryTo(`installing the package "${name}" (Debian ${version})`, () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'pipe', env });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], {
      stdio: 'pipe',
      env,
    });
  });
}

/** A failure is told, and left to whoever looks for the result. */
export function tryTo(what: string, install: () => void): void {
  console.log(`set-up: ${what}`);
  try {
    install();
  } catch (error) {
    console.log(`set-up: ${what} failed: ${(error as Error).message.split('\n')[0]}`);
  }
}
