import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type {
  CredentialStore,
  Credentials,
  CredentialTarget,
  SecretReader,
} from '../runtime/credentials.ts';
import { NotReady } from '../runtime/not-ready.ts';

/** The first line says which secret of the registry it is, and what the rest looked like when we wrote it. */
const MARK = /^# permiso (\{.*\})\n/;

/** Credentials as `<folder>/.secrets/<namespace>/<name>.env`, readable by their owner alone. */
export function folderCredentials(folder: string): CredentialStore {
  const pathOf = ({ owner }: CredentialTarget) =>
    join(folder, '.secrets', owner.metadata.namespace, `${owner.metadata.name}.env`);

  return {
    async read(target) {
      const text = await readIfThere(pathOf(target));
      const mark = text && MARK.exec(text);
      if (!text || !mark) {
        return null;
      }
      const [line, facts = '{}'] = mark;
      const body = text.slice(line.length);
      const { digest, ...credentials } = JSON.parse(facts);
      const values = parseEnv(body) as Record<string, string>;
      return { ...credentials, values, isIntact: digestOf(body) === digest };
    },

    async write(target, { values, ...credentials }: Credentials) {
      const path = pathOf(target);
      const body = Object.entries(values)
        .map(([name, value]) => `${name}=${quote(value)}\n`)
        .join('');
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Renamed into place, so that nobody ever reads half of it.
      const mark = JSON.stringify({ ...credentials, digest: digestOf(body) });
      await writeFile(`${path}.new`, `# permiso ${mark}\n${body}`, { mode: 0o600 });
      await chmod(`${path}.new`, 0o600);
      await rename(`${path}.new`, path);
    },

    async remove(target, { keep } = { keep: false }) {
      if (!keep) {
        await rm(pathOf(target), { force: true });
      }
    },
  };
}

/** A folder has no Secrets to refer to; what needs one says so. */
export const noSecrets: SecretReader = {
  async read(_namespace, { name }) {
    throw new NotReady(
      'SecretRefNotFound',
      `Secret "${name}" cannot be read from a folder of manifests`,
    );
  },
};

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

/** Values with blanks, quotes or line breaks need quoting to be read back the same. */
function quote(value: string): string {
  return /^[\w.:/?&=%@+,~-]*$/.test(value) ? value : `'${value}'`;
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('base64url');
}
