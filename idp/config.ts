import { Resolver } from 'node:dns';
import ipaddr from 'ipaddr.js';
import {
  ConfigurationError,
  integer,
  oneOf,
  origin,
  readEnvironment,
  registryVariables,
  secret,
  text,
  type Variable,
} from '#core';

export const variables = {
  APP_URL: {
    description:
      'public origin of Permiso, such as https://id.example.com: issuer, passkey domain and base of every link',
    read: origin,
  },
  INTERNAL_APP_URL: {
    description:
      'address for calls from server to server in discovery, such as http://permiso-idp.permiso.svc:1812',
    fallback: '',
    fallbackNote: '`APP_URL`',
    read: internalUrl,
  },
  ENCRYPTION_KEY: {
    description:
      'encrypts secrets in the database; at least 16 bytes, such as the output of openssl rand -base64 32',
    read: secret(16),
  },
  PREVIOUS_ENCRYPTION_KEY: {
    description: 'the key before this one, while rows are still encrypted with it',
    fallback: '',
    read: (value) => (value === '' ? null : secret(16)(value)),
  },
  ...registryVariables,
  PORT: { description: 'port to listen on', fallback: '1812', read: integer(0, 65_535) },
  HOST: { description: 'address to listen on', fallback: '0.0.0.0', read: text },
  UNIX_SOCKET: {
    description: 'path of a socket to listen on instead of HOST and PORT',
    fallback: '',
    read: text,
  },
  TRUST_PROXY: {
    description:
      'false, or the comma-separated CIDRs of the proxies in front, whose X-Forwarded-For is believed',
    fallback: 'false',
    read: proxies,
  },
  TRUSTED_PLATFORM: {
    description:
      'header in which the proxies of TRUST_PROXY name the address of the client, such as CF-Connecting-IP; before X-Forwarded-For',
    fallback: '',
    read: headerName,
  },
  OUTBOUND_PRIVATE_NETWORKS: {
    description:
      'comma-separated CIDRs that back-channel logout and look-ups of keys may reach besides public addresses, such as 10.96.0.0/12',
    fallback: '',
    fallbackNote: 'none',
    read: networks,
  },
  DNS_SERVERS: {
    description:
      'comma-separated addresses of DNS servers that Diagnostics asks about the domain of the sender, such as 9.9.9.9: the world may hear other answers than this network',
    fallback: '',
    fallbackNote: 'those of the machine',
    read: dnsServers,
  },
  BOOTSTRAP_CODE: {
    description: 'what /setup asks for in production; printed in the log when not given',
    fallback: '',
    read: text,
  },
  STATIC_API_KEY: {
    description:
      'key by which automation calls the JSON API as an administrator; at least 32 bytes, such as the output of openssl rand -base64 32',
    fallback: '',
    fallbackNote: 'none',
    read: (value) => (value === '' ? null : secret(32)(value)),
  },
  APP_ENV: {
    description: 'production, or development: /setup asks for no bootstrap code',
    fallback: 'production',
    read: oneOf('production', 'development'),
  },
  AUDIT_LOG_RETENTION_DAYS: {
    description: 'days for which the audit log is kept',
    fallback: '90',
    read: integer(1, 36_500),
  },
  METRICS_PORT: {
    description: 'port of /metrics for Prometheus, never to be published; without it there is none',
    fallback: '',
    read: (value) => (value === '' ? null : integer(0, 65_535)(value)),
  },
} satisfies Record<string, Variable<unknown>>;

export type Config = ReturnType<typeof readConfig>;

export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
) {
  const config = readEnvironment(variables, environment);
  if (config.TRUSTED_PLATFORM && !config.TRUST_PROXY) {
    throw new ConfigurationError([
      'TRUSTED_PLATFORM: anybody could send this header; name the proxies that do in TRUST_PROXY',
    ]);
  }
  return config;
}

/** What the migration step needs: the database, and nothing that only a running IdP uses. */
export const migrationVariables = {
  DB_CONNECTION_STRING: registryVariables.DB_CONNECTION_STRING,
  OPERATOR_DATABASE_ROLE: {
    description:
      'existing role of PostgreSQL that gets what the operator needs and no more, to be in its DB_CONNECTION_STRING',
    fallback: '',
    read: (value) => value || null,
  },
} satisfies Record<string, Variable<unknown>>;

export function readMigrationConfig() {
  return readEnvironment(migrationVariables, process.env);
}

/** What the rescue command needs, which runs where the IdP does. */
export function readRescueConfig() {
  const { APP_URL, DB_CONNECTION_STRING } = variables;
  return readEnvironment({ APP_URL, DB_CONNECTION_STRING }, process.env);
}

/** Inside a cluster plain http is usual; nobody's passkey depends on it. */
function internalUrl(value: string): string {
  const url = URL.parse(value);
  if (value !== '' && (!url || url.origin !== value || !/^https?:$/.test(url.protocol))) {
    throw new Error(`must be an origin without path or trailing slash; it is "${value}"`);
  }
  return value;
}

function headerName(value: string): string | null {
  if (!/^[A-Za-z0-9-]*$/.test(value)) {
    throw new Error(`must be the name of a header; it is "${value}"`);
  }
  return value.toLowerCase() || null;
}

function networks(value: string): string[] {
  const list = value.split(',').map((entry) => entry.trim());
  const bad = list.find((entry) => entry !== '' && !ipaddr.isValidCIDR(entry));
  if (bad !== undefined) {
    throw new Error(`must be a comma-separated list of CIDRs; "${bad}" is none`);
  }
  return list.filter((entry) => entry !== '');
}

function dnsServers(value: string): string[] {
  const list = value.split(',').map((entry) => entry.trim());
  const servers = list.filter((entry) => entry !== '');
  try {
    new Resolver().setServers(servers);
  } catch {
    throw new Error(`must be IP addresses, each with a port where it is not 53; it is "${value}"`);
  }
  return servers;
}

function proxies(value: string): false | string[] {
  if (value === 'false' || value === '') {
    return false;
  }
  const list = value.split(',').map((entry) => entry.trim());
  const bad = list.find((entry) => !/^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(entry));
  if (bad !== undefined) {
    throw new Error(
      `must be "false" or a comma-separated list of addresses and CIDRs; "${bad}" is neither`,
    );
  }
  return list;
}
