import { inject } from 'vitest';
import { run } from './command.ts';
import { NAMESPACE } from './stage.ts';

/** Runs a program beside PostgreSQL, in its pod. */
export function inDatabase(program: string, input = ''): Promise<string> {
  const args = ['exec', '-i', '-n', NAMESPACE, 'postgres-0', '--', 'sh', '-c', program];
  return run('kubectl', args, { env: { KUBECONFIG: inject('kubeconfig') }, input });
}

export async function askDatabase(sql: string): Promise<string> {
  return (await inDatabase('psql -U permiso -At', sql)).trim();
}
