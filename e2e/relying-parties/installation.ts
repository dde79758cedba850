import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installByDebian } from '../debian.ts';

const run = promisify(execFile);

/** Keeps what is made in the cache, under a name that says its version. It appears there complete or not at all. */
export async function installOnce(
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const cache =
    process.env.PERMISO_RELYING_PARTIES_CACHE ?? join(homedir(), '.cache/permiso/relying-parties');
  const place = join(cache, name);
  if (existsSync(place)) {
    return place;
  }
  console.log(`set-up: installing ${name} into ${cache}`);
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(join(cache, '.half-'));
  try {
    await make(half);
    await rename(half, place);
  } catch (error) {
    // Somebody else may have been faster.
    if (!existsSync(place)) {
      throw error;
    }
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return place;
}

interface Need {
  /** One sentence that says what to do when it cannot be had. */
  need: string;

  /** What brings the program on Debian. */
  debianPackage?: string;
  env?: Record<string, string>;
}

/** Runs an installer with the machine's own settings (proxies, certificates, caches). */
export async function runInstaller(
  [program = '', ...args]: string[],
  { need, debianPackage, env = {} }: Need,
): Promise<string> {
  const attempt = async () =>
    (await run(program, args, { env: { ...process.env, ...env } })).stdout.trim();
  try {
    return await attempt().catch(async (error) => {
      if (!debianPackage) {
        throw error;
      }
      await installByDebian(debianPackage);
      return attempt();
    });
  } catch (cause) {
    throw new Error(need, { cause });
  }
}
