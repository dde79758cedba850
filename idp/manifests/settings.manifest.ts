import type { Manifest } from './manifest.ts';

export type SecretRef = { name: string; key: string };

/** What a resource of the whole instance is called; the operator honours it in its own namespace. */
export const DEFAULT: Manifest['metadata'] = { name: 'default' };

/** Where a password is expected: it is never shown again, and a resource names a Secret instead. */
export function passwordSecret(name: string): SecretRef {
  return { name, key: 'password' };
}

export function caSecret(name: string): SecretRef {
  return { name: `${name}-ca`, key: 'ca.crt' };
}

/** Says which Secrets have to be there first, and in which form. */
export function tellSecrets(secrets: (SecretRef | undefined)[]): string | undefined {
  const lines = secrets.flatMap((secret) => (secret ? [toCommands(secret)] : []));
  const first = 'These Secrets stand in the namespace of the operator, and are made by hand:';
  return lines.length > 0 ? [first, ...lines.flat()].join('\n ') : undefined;
}

function toCommands({ name, key }: SecretRef): string[] {
  const value = key === 'password' ? `--from-literal=${key}=…` : `--from-file=${key}`;
  return [
    `kubectl create secret generic ${name} ${value}`,
    `kubectl label secret ${name} permisolabs.eu/credential=true`,
  ];
}

/** Without what is undefined; undefined when nothing is left. */
export function orNothing(fields: Record<string, unknown>): Record<string, unknown> | undefined {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}
