import { readFileSync } from 'node:fs';

/** One setting of a program. `read` turns the text into a value or throws an Error whose message says what is wrong. */
export interface Variable<T> {
  description: string;
  /** Used when the variable is not given; without it the variable is required. */
  fallback?: string;
  /** Shown in the README when the default cannot be written down. */
  fallbackNote?: string;
  read: (text: string) => T;
}

type Values<V> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** All mistakes of a configuration at once; programs print it and exit with EX_CONFIG. */
export class ConfigurationError extends Error {
  static readonly exitCode = 78;

  constructor(mistakes: string[]) {
    super(
      `Permiso cannot start with this configuration:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
  }
}

/** Reads variables, each also as `NAME_FILE=path` for secrets mounted as files. An empty value counts as absent. */
export function readEnvironment<V extends Record<string, Variable<unknown>>>(
  variables: V,
  environment: Readonly<Record<string, string | undefined>>,
): Values<V> {
  const mistakes: string[] = [];
  const values: Record<string, unknown> = {};

  for (const [name, variable] of Object.entries(variables)) {
    try {
      values[name] = readVariable(name, variable, environment);
    } catch (error) {
      mistakes.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (mistakes.length > 0) {
    throw new ConfigurationError(mistakes);
  }
  return Object.freeze(values) as Values<V>;
}

function readVariable(
  name: string,
  { read, fallback, description }: Variable<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  const path = environment[`${name}_FILE`];
  const text = environment[name] || (path ? readFile(path) : '') || fallback;
  if (text === undefined) {
    throw new Error(`is required (${description})`);
  }
  return read(text);
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Error(`the file "${path}" cannot be read`, { cause });
  }
}

export const text = (value: string): string => value;

export function integer(minimum: number, maximum: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < minimum || number > maximum) {
      throw new Error(`must be a whole number from ${minimum} to ${maximum}; it is "${value}"`);
    }
    return number;
  };
}

export function oneOf<T extends string>(...allowed: T[]): (value: string) => T {
  return (value) => {
    if (!allowed.includes(value as T)) {
      throw new Error(`must be one of ${allowed.join(', ')}; it is "${value}"`);
    }
    return value as T;
  };
}

/** An https origin; plain http only on this machine, because WebAuthn works nowhere else without TLS. */
export function origin(value: string): string {
  const url = URL.parse(value);
  if (!url || url.origin !== value) {
    throw new Error(
      `must be an origin such as https://id.example.com, without path or trailing slash; it is "${value}"`,
    );
  }
  if (url.protocol !== 'https:' && url.hostname !== 'localhost') {
    throw new Error(
      `must use https (browsers offer passkeys on plain http only at localhost); it is "${value}"`,
    );
  }
  return value;
}

function postgresUrl(value: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(value) || !URL.canParse(value)) {
    throw new Error('must be a URL such as postgres://user:password@host:5432/permiso');
  }
  return value;
}

export function secret(minimumBytes: number): (value: string) => string {
  return (value) => {
    if (Buffer.byteLength(value) < minimumBytes) {
      throw new Error(
        `must have at least ${minimumBytes} bytes; it has ${Buffer.byteLength(value)}`,
      );
    }
    return value;
  };
}

/** What both programs need to reach the registry. */
export const registryVariables = {
  DB_CONNECTION_STRING: {
    description:
      'PostgreSQL to keep everything in, such as postgres://user:password@host:5432/permiso',
    read: postgresUrl,
  },
  LOG_LEVEL: {
    description: 'how much is logged: debug, info, warn or error',
    fallback: 'info',
    read: oneOf('debug', 'info', 'warn', 'error'),
  },
} satisfies Record<string, Variable<unknown>>;
