import { origin, readEnvironment, registryVariables, text, type Variable } from '#core';

const variables = {
  APP_URL: {
    description: 'public origin of Permiso, which credentials name as the issuer',
    read: origin,
  },
  ...registryVariables,
  MANIFESTS_DIR: {
    description: 'folder of YAML to declare from, instead of a cluster',
    read: text,
  },
} satisfies Record<string, Variable<unknown>>;

export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
) {
  return readEnvironment(variables, environment);
}
