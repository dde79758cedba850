import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Files by their names, for a ConfigMap. */
export async function filesOf(folder: string, paths: string[]): Promise<Record<string, string>> {
  const entries = paths.map(
    async (path) => [basename(path), await readFile(join(folder, path), 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
