import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { resourceSchema } from './custom-resource.ts';
import { KINDS } from './kinds.ts';
import type { Manifest } from './manifest.ts';
import { validateManifest } from './manifest.validation.ts';
import type { Rule } from './rule.ts';
import type { StructuralSchema } from './structural-schema.ts';

const folder = new URL('../../crds/examples/', import.meta.url);

describe('a good example', () => {
  test.for([...namesIn('.'), ...namesIn('kubernetes')])('%s is accepted', (name) => {
    const manifests = manifestsIn(read(name)).filter(({ kind }) => kind !== 'Secret');

    const verdicts = manifests.map((manifest) => validateManifest(manifest));

    expect(verdicts).not.toHaveLength(0);
    expect(verdicts.flatMap((verdict) => ('errors' in verdict ? verdict.errors : []))).toEqual([]);
  });

  test('uses no field that the operator would have to fill', () => {
    const [grafana, wiki] = manifestsIn(read('oidcclient.yaml')).map((manifest) =>
      validateManifest(manifest),
    );

    expect(grafana).toMatchObject({
      resource: {
        metadata: { name: 'grafana', namespace: 'default' },
        spec: {
          type: 'Confidential',
          pkce: 'Required',
          grantTypes: ['authorization_code', 'refresh_token'],
          access: { mode: 'Groups', groups: ['engineering'] },
          adoption: 'Never',
          deletionPolicy: 'Delete',
        },
      },
    });
    expect(wiki).toMatchObject({
      resource: { spec: { type: 'Public', access: { mode: 'Everyone' } } },
    });
  });

  test('that reads a Secret brings one with the label that allows it', () => {
    const secrets = namesIn('kubernetes')
      .flatMap((name) => manifestsIn(read(name)))
      .filter(({ kind }) => kind === 'Secret');

    expect(secrets).toHaveLength(3);
    for (const { metadata } of secrets) {
      expect(metadata.labels).toEqual({ 'permisolabs.eu/credential': 'true' });
    }
  });
});

describe('an illegal example', () => {
  test.for(namesIn('illegal'))('%s is refused with its sentence, which names the field', (name) => {
    const text = read(name);
    const expected = /^# refused: (.*)$/m.exec(text)?.[1] ?? 'a comment "# refused: …"';

    const errors = refusalsOf(text);

    expect(errors.map(({ message }) => message).join('\n')).toContain(expected);
    for (const { field, message } of errors) {
      expect(field).toMatch(/^(spec|metadata)[.]/);
      expect(message.startsWith(`${field} `)).toBe(true);
    }
  });

  test('exists for every rule', () => {
    const told = namesIn('illegal')
      .flatMap((name) => refusalsOf(read(name)))
      .map(({ message }) => message)
      .join('\n');

    const untold = KINDS.flatMap((kind) => rulesOf(resourceSchema(kind)))
      .map(({ message }) => message)
      .filter((message) => !told.includes(message));

    expect(untold).toEqual([]);
  });
});

/** Of several documents the earlier ones are what stood there before. */
function refusalsOf(text: string) {
  const [changed, before] = manifestsIn(text).reverse();
  if (before) expect(validateManifest(before)).toHaveProperty('resource');
  const verdict = validateManifest(changed, before);
  return 'errors' in verdict ? verdict.errors : [];
}

function rulesOf(node: StructuralSchema): Rule[] {
  const children = [node.items, node.additionalProperties, ...Object.values(node.properties ?? {})];
  return [
    ...(node['x-kubernetes-validations'] ?? []),
    ...children.flatMap((child) => (child ? rulesOf(child) : [])),
  ];
}

function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

function namesIn(subfolder: string): string[] {
  return readdirSync(new URL(`${subfolder}/`, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => (subfolder === '.' ? name : `${subfolder}/${name}`));
}

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}
