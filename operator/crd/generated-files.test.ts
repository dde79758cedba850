import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles } from './generated-files.ts';
import type { StructuralSchema } from './structural-schema.ts';

const folder = new URL('../../crds/', import.meta.url);
const files = [...generatedFiles()];
const definitions = files
  .filter(([name]) => name.endsWith('.yaml'))
  .map(([name, text]) => ({ name, definition: parse(text) }));

describe('the generated file', () => {
  test.for(files)('%s is committed as it is generated now', ([name, text]) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
  });
});

describe('the definition in', () => {
  test.for(definitions)('$name describes and bounds every field', ({ definition }) => {
    const { spec, status } = rootOf(definition).properties ?? {};

    const unclear = [...nodesOf(spec, 'spec'), ...nodesOf(status, 'status')]
      .filter(([, node]) => !isDescribed(node) || !isBounded(node))
      .map(([place]) => place);

    expect(unclear).toEqual([]);
  });

  test.for(definitions)('$name holds only what a structural schema may hold', ({ definition }) => {
    const text = JSON.stringify(rootOf(definition));

    expect(text).not.toMatch(/"(anyOf|oneOf|const|\$ref|~kind|additionalProperties":false)"/);
  });

  test.for(definitions)(
    '$name is the same to readers of YAML 1.1, such as kubectl and Helm',
    ({ name, definition }) => {
      const text = generatedFiles().get(name) ?? '';

      expect(parse(text, { version: '1.1' })).toEqual(definition);
    },
  );

  test.for(definitions)('$name belongs to the API group and the category', ({ definition }) => {
    expect(definition.metadata.name).toBe(`${definition.spec.names.plural}.permisolabs.eu`);
    expect(definition.spec).toMatchObject({
      group: 'permisolabs.eu',
      scope: 'Namespaced',
      names: { categories: ['permiso'] },
      versions: [{ name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } }],
    });
  });

  test.for([
    ['oidcclients', 'pmclient', 'Client ID, Type, Ready, Reason, Age', 'Secret, Next Rotation'],
    ['groups', 'pmgroup', 'Group, Members, Ready, Reason, Age', ''],
    ['smtpconfigs', 'pmsmtp', 'Host, Connected, Ready, Reason, Age', ''],
    ['ldapconfigs', 'pmldap', 'URL, Users, Ready, Reason, Last Sync, Age', ''],
  ])('%s.yaml prints the columns that people look for', ([plural, shortName, narrow, wide]) => {
    const definition = definitions.find(({ name }) => name === `${plural}.yaml`)?.definition;
    const columns: { name: string; priority?: number }[] =
      definition.spec.versions[0].additionalPrinterColumns;
    const named = (isWide: boolean) =>
      columns
        .filter(({ priority = 0 }) => priority > 0 === isWide)
        .map(({ name }) => name)
        .join(', ');

    expect([definition.spec.names.shortNames[0], named(false), named(true)]).toEqual([
      shortName,
      narrow,
      wide,
    ]);
  });
});

type Placed = [string, StructuralSchema];

function nodesOf(node: StructuralSchema | undefined, place: string): Placed[] {
  if (!node) return [];
  const inner = Object.entries(node.properties ?? {}).map<Placed>(([name, child]) => [
    `${place}.${name}`,
    child,
  ]);
  const entries = node.items ?? (node.additionalProperties || undefined);
  const children = entries ? [...inner, [`${place}[]`, entries] as Placed] : inner;
  return [[place, node], ...children.flatMap(([name, child]) => nodesOf(child, name))];
}

function isDescribed({ description = '' }: StructuralSchema): boolean {
  return description.endsWith('.') && description.length <= 200;
}

function isBounded(node: StructuralSchema): boolean {
  const counts = node.type === 'integer' && node.format === 'int64';
  const bounds: Record<StructuralSchema['type'], unknown> = {
    array: node.maxItems,
    string: node.maxLength ?? node.enum ?? node.format,
    integer: node.maximum ?? (counts ? 'unbounded by nature' : undefined),
    object: node.properties ?? node.maxProperties,
    boolean: 'two values',
  };
  return bounds[node.type] !== undefined;
}

function rootOf(definition: {
  spec: { versions: { schema: { openAPIV3Schema: StructuralSchema } }[] };
}): StructuralSchema {
  const root = definition.spec.versions[0]?.schema.openAPIV3Schema;
  if (!root) throw new Error('the definition has no version');
  return root;
}
