import { expect, test } from 'vitest';
import { readConfig, tenancyOf } from '../config.ts';

const LEAST = {
  APP_URL: 'https://id.example.com',
  ENCRYPTION_KEY: 'a key for tests only',
  DB_CONNECTION_STRING: 'postgres://localhost/permiso',
  POD_NAMESPACE: 'permiso',
};

const read = (TENANCY_RULES: string) => tenancyOf(readConfig({ ...LEAST, TENANCY_RULES }));

test('without TENANCY_RULES there are no limits, and an empty list allows nothing', () => {
  expect(read('')).toBeNull();
  expect(read('[]')).toEqual({ rules: [], ownNamespace: 'permiso' });
});

test('TENANCY_RULES are the rules as the chart has them', () => {
  const rules = [
    { namespaces: ['team-a', '*'], allowedCallbackHosts: ['*.a.example.com', '*', '::1'] },
    { namespaces: ['b'], allowPublicClients: true, allowGroups: false },
  ];

  expect(read(JSON.stringify(rules))?.rules).toEqual(rules);
});

test.for([
  ['no JSON', '[{', 'TENANCY_RULES: must be a list of rules in JSON'],
  ['no list', '{"namespaces":["a"]}', 'must be a list of rules'],
  ['no rule', '["a"]', 'rule 1 must be an object'],
  ['without namespaces', '[{}]', 'rule 1 must have as namespaces a list of at least one'],
  ['for no namespace', '[{"namespaces":[]}]', 'a list of at least one namespace'],
  ['for a strange namespace', '[{"namespaces":["Team A"]}]', 'a list of at least one namespace'],
  [
    'with an upper-case host',
    '[{"namespaces":["a"],"allowedCallbackHosts":["A.b"]}]',
    'lower case',
  ],
  ['with a host within a host', '[{"namespaces":["a"],"allowedCallbackHosts":["a.*.b"]}]', 'hosts'],
  [
    'with a word as a flag',
    '[{"namespaces":["a"],"allowGroups":"no"}]',
    'allowGroups true or false',
  ],
  ['with a typo', '[{"namespaces":["a"],"allowGroup":true}]', 'has the unknown field "allowGroup"'],
  ['with null', '[{"namespaces":["a"],"allowGroups":null}]', 'allowGroups true or false'],
] as const)('TENANCY_RULES %s are refused', ([, text, mistake]) => {
  expect(() => read(text)).toThrow(mistake);
});

test('all mistakes in TENANCY_RULES are told at once', () => {
  const text = '[{"namespaces":["a"],"typo":1},{"allowGroups":1}]';

  expect(() => read(text)).toThrow(
    'rule 1 has the unknown field "typo"; rule 2 must have as namespaces a list of at least one namespace or "*"; rule 2 must have as allowGroups true or false',
  );
});
