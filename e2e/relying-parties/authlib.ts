import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../process.ts';
import { installOnce, runInstaller } from './installation.ts';
import { createRelyingParty, fileOf, type RelyingParty } from './relying-party.ts';

const REQUIREMENTS = fileOf('authlib.requirements.txt');

const NEED = {
  need: 'the tests with Authlib need Python 3.10 or newer with its module venv (Debian: python3-venv), and a pip that reaches its package index',
  debianPackage: 'python3-venv',
};

/** An application in Python: `authlib-app.py`. */
export function createAuthlib(): Promise<RelyingParty> {
  let folder = '';
  return createRelyingParty({
    name: 'authlib',
    async install() {
      folder = await installAuthlib();
    },
    async run({ port, credentials }) {
      const python = join(folder, 'bin/python');
      return runProgram(python, [fileOf('authlib-app.py')], { ...credentials, PORT: `${port}` });
    },
  });
}

/** Into a virtual environment that is made anew when a version in it changes, or Python's own. */
async function installAuthlib(): Promise<string> {
  const version = await runInstaller(['python3', '--version'], NEED);
  const digest = createHash('sha256')
    .update(version)
    .update(await readFile(REQUIREMENTS));
  return installOnce(`authlib-${digest.digest('hex').slice(0, 12)}`, async (folder) => {
    await runInstaller(['python3', '-m', 'venv', '--clear', folder], NEED);
    const pip = [join(folder, 'bin/python'), '-m', 'pip', 'install', '--quiet'];
    await runInstaller([...pip, '--no-deps', '--requirement', REQUIREMENTS], NEED);
  });
}
