import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce, runInstaller } from './relying-parties/installation.ts';

/** The Python of a virtual environment, which is made anew when a version in it changes, or Python's own. */
export async function installPython(name: string, requirements: string): Promise<string> {
  const need = {
    need: `the tests with ${name} need Python 3.10 or newer with its module venv (Debian: python3-venv), and a pip that reaches its package index`,
    debianPackage: 'python3-venv',
  };
  const version = await runInstaller(['python3', '--version'], need);
  const digest = createHash('sha256')
    .update(version)
    .update(await readFile(requirements));
  const place = `${name.toLowerCase()}-${digest.digest('hex').slice(0, 12)}`;
  const folder = await installOnce(place, async (half) => {
    await runInstaller(['python3', '-m', 'venv', '--clear', half], need);
    const pip = [join(half, 'bin/python'), '-m', 'pip', 'install', '--quiet'];
    await runInstaller([...pip, '--no-deps', '--requirement', requirements], need);
  });
  return join(folder, 'bin/python');
}
