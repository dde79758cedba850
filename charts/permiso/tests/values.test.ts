import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { packChart, renderChart, type Values } from './helm.ts';
import { VARIANTS } from './variants.ts';

const CHART = join(import.meta.dirname, '..');

describe('wrong values are refused:', () => {
  const { appUrl, database } = VARIANTS.default;
  const cases: [string, Values, string][] = [
    [
      'no appUrl',
      { database },
      'appUrl: set the public origin of Permiso, such as https://id.example.com',
    ],
    [
      'appUrl with a path',
      { appUrl: `${appUrl}/id`, database },
      "at '/appUrl': 'https://id.example.com/id' does not match pattern",
    ],
    ['appUrl without TLS', { appUrl: 'http://id.example.com', database }, "at '/appUrl'"],
    [
      'no database',
      { appUrl },
      'database: set exactly one of database.url, database.existingSecret.name and database.cloudNativePG.cluster',
    ],
    [
      'two databases',
      { appUrl, database: { ...database, url: 'postgres://a/b' } },
      'database: set exactly one of',
    ],
    [
      'a role of the operator without a way to connect as it',
      { appUrl, database, operator: { database: { role: 'permiso_operator' } } },
      'operator.database: set role and existingSecret.name together, or neither',
    ],
    [
      'a database of the operator without a role to grant to',
      { appUrl, database, operator: { database: { existingSecret: { name: 'a' } } } },
      'operator.database: set role and existingSecret.name together, or neither',
    ],
    [
      'a database of another kind',
      { appUrl, database: { url: 'mysql://a/b' } },
      "at '/database/url'",
    ],
    [
      'a value that does not exist',
      { appUrl, database, operater: {} },
      "additional properties 'operater' not allowed",
    ],
    [
      'a value in the wrong place',
      { appUrl, database, idp: { watchNamespaces: [] } },
      "at '/idp': additional properties 'watchNamespaces' not allowed",
    ],
    [
      'text for a number',
      { appUrl, database, idp: { replicas: 'two' } },
      "at '/idp/replicas': got string, want integer",
    ],
    [
      'an unknown log level',
      { appUrl, database, logLevel: 'loud' },
      "at '/logLevel': value must be one of 'debug', 'info', 'warn', 'error'",
    ],
    [
      'a proxy by name',
      { appUrl, database, trustProxy: ['proxy.example.com'] },
      "at '/trustProxy/0'",
    ],
    [
      'a namespace that cannot be',
      { appUrl, database, operator: { watchNamespaces: ['Team A'] } },
      "at '/operator/watchNamespaces/0'",
    ],
    [
      'a host in upper case, which would never match',
      {
        appUrl,
        database,
        tenancy: { rules: [{ namespaces: ['a'], allowedCallbackHosts: ['A.example.com'] }] },
      },
      "at '/tenancy/rules/0/allowedCallbackHosts/0'",
    ],
    [
      'a rule for nobody',
      { appUrl, database, tenancy: { rules: [{ allowPublicClients: true }] } },
      "missing property 'namespaces'",
    ],
    [
      'a route without a gateway',
      { appUrl, database, httpRoute: { enabled: true } },
      "at '/httpRoute/parentRefs': minItems: got 0, want 1",
    ],
    [
      'two sources of certificates',
      {
        appUrl,
        database,
        trustedCA: { existingConfigMap: { name: 'a' }, existingSecret: { name: 'b' } },
      },
      'trustedCA: set existingConfigMap or existingSecret, not both',
    ],
  ];

  test.for(cases)('%s', async ([, values, sentence]) => {
    await expect(renderChart(inject('helm'), values)).rejects.toThrow(sentence);
  });
});

describe('values.yaml', () => {
  test('says of every value in one line what it is', async () => {
    const lines = (await readFile(join(CHART, 'values.yaml'), 'utf8')).split('\n');

    const silent = lines.filter(
      (line, index) => /^ *\w+: \S/.test(line) && !/^ *# \S/.test(lines[index - 1] ?? ''),
    );

    expect(silent).toEqual([]);
  });
});

describe('the package', () => {
  test('holds the chart with its definitions, and no tests', async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'permiso-chart-'));
    onTestFinished(() => rm(folder, { recursive: true }));

    const paths = await packChart(inject('helm'), folder);

    expect(paths).toContain('permiso/files/crds/oidcclients.yaml');
    expect(paths).toContain('permiso/templates/tests/discovery.yaml');
    expect(paths.filter((path) => path.startsWith('permiso/tests/'))).toEqual([]);
  });
});
