import { hostname } from 'node:os';
import {
  integer,
  origin,
  readEnvironment,
  registryVariables,
  secret,
  text,
  type Variable,
} from '#core';
import { type ClusterAccess, clusterAccessOf } from './runtime/cluster-access.ts';
import type { Tenancy } from './tenancy/tenancy.rules.ts';
import { readTenancyRules } from './tenancy/tenancy.settings.ts';

export const variables = {
  APP_URL: {
    description: 'public origin of Permiso, which credentials name as the issuer',
    read: origin,
  },
  ENCRYPTION_KEY: {
    description: 'encrypts passwords of mail server and directory; the same as the IdP has',
    read: secret(16),
  },
  PREVIOUS_ENCRYPTION_KEY: {
    description: 'the key before this one, while rows are still encrypted with it',
    fallback: '',
    read: (value) => (value === '' ? null : secret(16)(value)),
  },
  ...registryVariables,
  MANIFESTS_DIR: {
    description: 'folder of YAML to declare from, instead of a cluster',
    fallback: '',
    read: text,
  },
  WATCH_NAMESPACES: {
    description: 'comma-separated namespaces to watch; all when empty',
    fallback: '',
    read: list,
  },
  INSTANCE: {
    description:
      'takes only resources with this label permisolabs.eu/instance; without it, those that have none',
    fallback: '',
    read: text,
  },
  TENANCY_RULES: {
    description:
      'which namespaces may declare what, in JSON as in the values of the chart (`tenancy.rules`); no limits when empty',
    fallback: '',
    read: readTenancyRules,
  },
  POD_NAMESPACE: {
    description:
      'namespace of the operator: of its Lease, of SMTPConfig and LDAPConfig, and free of TENANCY_RULES',
    fallback: 'default',
    read: text,
  },
  POD_NAME: {
    description: 'name in the Lease',
    fallback: hostname(),
    fallbackNote: 'host name',
    read: text,
  },
  METRICS_PORT: {
    description: 'port of /metrics, /healthz and /readyz; 0 takes any',
    fallback: '9464',
    read: integer(0, 65_535),
  },
} satisfies Record<string, Variable<unknown>>;

export type Config = ReturnType<typeof readConfig>;

export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
) {
  return readEnvironment(variables, environment);
}

/** The limits of other namespaces than the own one, or null when there are none. */
export function tenancyOf({ TENANCY_RULES, POD_NAMESPACE }: Config): Tenancy | null {
  return TENANCY_RULES && { rules: TENANCY_RULES, ownNamespace: POD_NAMESPACE };
}

/** The cluster that this process belongs to, or that its user's kubeconfig names. */
export function findClusterAccess(): Promise<ClusterAccess> {
  return clusterAccessOf(process.env);
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
