import { runProgram } from '../process.ts';
import { installPython } from '../python.ts';
import { createRelyingParty, fileOf, type RelyingParty } from './relying-party.ts';

/** An application in Python: `authlib-app.py`. */
export function createAuthlib(): Promise<RelyingParty> {
  let python = '';
  return createRelyingParty({
    name: 'authlib',
    async install() {
      python = await installPython('Authlib', fileOf('authlib.requirements.txt'));
    },
    async run({ port, credentials }) {
      return runProgram(python, [fileOf('authlib-app.py')], { ...credentials, PORT: `${port}` });
    },
  });
}
