import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type { CredentialStore, CredentialTarget } from '../runtime/credentials.ts';

/** Credentials as `<folder>/.secrets/<namespace>/<name>.env`, readable by their owner alone. */
export function folderCredentials(folder: string): CredentialStore {
  const pathOf = ({ namespace, name }: CredentialTarget) =>
    join(folder, '.secrets', namespace, `${name}.env`);

  return {
    async read(target) {
      try {
        return parseEnv(await readFile(pathOf(target), 'utf8')) as Record<string, string>;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
          return null;
        }
        throw error;
      }
    },

    async write(target, values) {
      const path = pathOf(target);
      const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Renamed into place, so that nobody ever reads half of it.
      await writeFile(`${path}.new`, lines.join(''), { mode: 0o600 });
      await chmod(`${path}.new`, 0o600);
      await rename(`${path}.new`, path);
    },

    async remove(target) {
      await rm(pathOf(target), { force: true });
    },
  };
}
