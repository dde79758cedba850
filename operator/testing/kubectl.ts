import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import type { ApiServerConnection } from './api-server.ts';

export interface CommandResult {
  stdout: string;
  stderr: string;
  code: number;
}

export function runKubectl(
  { binaries, kubeconfigPath }: ApiServerConnection,
  args: string[],
): Promise<CommandResult> {
  // Neither the settings nor the caches of the person at this machine take part.
  const env = { HOME: dirname(kubeconfigPath), KUBECONFIG: kubeconfigPath, PATH: '/usr/bin:/bin' };
  const options = { env, maxBuffer: 16 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(binaries.kubectl, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') {
        reject(error);
      } else {
        resolve({ stdout, stderr, code: Number(error?.code ?? 0) });
      }
    });
  });
}
