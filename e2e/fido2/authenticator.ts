import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installPython } from '../python.ts';

/** COSE numbers of the algorithms that passkeys sign with. */
export const ALGORITHMS = { ES256: -7, EdDSA: -8, RS256: -257 };

export type Lie =
  | 'another domain'
  | 'another origin'
  | 'another ceremony'
  | "another challenge's signature"
  | 'a frame of another site'
  | 'no user verification';

interface Ceremony {
  ceremony: 'create' | 'get';
  options: object;
  origin: string;
  algorithm: number;
  lie?: Lie | undefined;
}

/** `authenticator.py`, which keeps one passkey for each algorithm. */
export interface Fido2 {
  answer(ceremony: Ceremony): Promise<object>;
  stop(): void;
}

export async function startFido2(): Promise<Fido2> {
  const python = await installPython('fido2', join(import.meta.dirname, 'requirements.txt'));
  const child = spawn(python, [join(import.meta.dirname, 'authenticator.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async answer({ lie, ...request }) {
      child.stdin.write(`${JSON.stringify({ ...request, lie: lie ?? null })}\n`);
      const { value, done } = await lines.next();
      if (done) {
        throw new Error('authenticator.py ended; what it complained of is above');
      }
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}
