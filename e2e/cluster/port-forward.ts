import { inject } from 'vitest';
import { type RunningProcess, runProgram } from '../process.ts';

export interface Forwarding {
  port: number;
  stop(): Promise<void>;
}

/** Makes a Service reachable on a port of this machine: the one given, or any. */
export async function forward(
  namespace: string,
  service: string,
  { port = 0, to }: { port?: number; to: number },
): Promise<Forwarding> {
  const args = [
    'port-forward',
    '--namespace',
    namespace,
    `service/${service}`,
    `${port || ''}:${to}`,
  ];
  const process: RunningProcess = runProgram('kubectl', args, {
    KUBECONFIG: inject('kubeconfig'),
  });
  const line = await process.line('Forwarding from 127.0.0.1:');
  return {
    port: Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]),
    stop: () => process.end('SIGTERM'),
  };
}
