import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { run } from './command.ts';

/** As an administrator of the cluster. */
export function kubectl(...args: string[]): Promise<string> {
  return run('kubectl', args, { env: { KUBECONFIG: inject('kubeconfig') } });
}

export async function kubectlJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(...args, '--output=json'));
}

export function helm(...args: string[]): Promise<string> {
  return run(inject('helm'), args, { env: { KUBECONFIG: inject('kubeconfig') } });
}

/** Applies YAML, or objects. */
export async function apply(namespace: string, manifest: string | object): Promise<void> {
  const input = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  await run('kubectl', ['apply', '--namespace', namespace, '--server-side', '--filename', '-'], {
    env: { KUBECONFIG: inject('kubeconfig') },
    input,
  });
}

/** A manifest of this folder with its ${places} filled in. */
export async function readManifest(name: string, places: Record<string, string>): Promise<string> {
  const yaml = await readFile(join(import.meta.dirname, 'manifests', `${name}.yaml`), 'utf8');
  return yaml.replace(/\$\{(\w+)\}/g, (_, place: string) => {
    const value = places[place];
    if (value === undefined) {
      throw new Error(`${name}.yaml wants a ${place}`);
    }
    return value;
  });
}

/** Files as a ConfigMap that pods mount. */
export function configMap(name: string, data: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

/** A script as the README of the chart has it. */
export function shell(script: string): Promise<string> {
  return run('sh', ['-euc', script], { env: { KUBECONFIG: inject('kubeconfig') } });
}
