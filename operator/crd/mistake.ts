import type { ErrorObject } from 'ajv';
import { nearestName } from './nearest-name.ts';
import type { Rule } from './rule.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** What is wrong with a manifest, where, and how to mend it. */
export type Mistake = { field: string; message: string };

/** Turns the validator's finding into a sentence for the author of the manifest. */
export function toMistake(kind: string, error: ErrorObject): Mistake {
  const field = blamedField(error);
  const sentence = SENTENCES[error.keyword]?.(error, kind) ?? `is refused: ${error.message}`;
  return { field, message: `${field || kind} ${sentence}` };
}

/** Kubernetes' way to write a place: `spec.callbackURLs[0]`, `metadata.labels[example.com/a]`. */
function toField(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => path + (/^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${part}]`), '')
    .replace(/^[.]/, '');
}

type Sentence = (error: ErrorObject, kind: string) => string;

const SENTENCES: Record<string, Sentence> = {
  required: (error) => `is missing${about(childSchema(error))}; add it`,
  additionalProperties: unknownField,
  type: ({ params, data }) =>
    `must be ${TYPES[params.type] ?? params.type}; it is ${shown(data)}${quotesHint(params.type, data)}`,
  enum: ({ params, data }) =>
    `must be one of ${params.allowedValues.join(', ')}; it is ${shown(data)}`,
  minLength: ({ params, data }) =>
    params.limit === 1
      ? 'must not be empty; give it a value or remove the field'
      : `must have at least ${params.limit} characters; it is ${shown(data)}`,
  maxLength: ({ params, data }) =>
    `must have at most ${params.limit} characters; it has ${[...String(data)].length}`,
  minItems: ({ params }) => `must have at least ${params.limit} ${plural(params.limit, 'entry')}`,
  maxItems: ({ params, data }) =>
    `must have at most ${params.limit} entries; it has ${(data as unknown[]).length}`,
  minProperties: ({ params }) =>
    `must have at least ${params.limit} ${plural(params.limit, 'key')}`,
  maxProperties: ({ params, data }) =>
    `must have at most ${params.limit} keys; it has ${Object.keys(data as object).length}`,
  minimum: ({ params, data }) => `must be ${params.limit} or more; it is ${shown(data)}`,
  maximum: ({ params, data }) => `must be ${params.limit} or less; it is ${shown(data)}`,
  pattern: ({ params, data }) => `must match ${params.pattern}; it is ${shown(data)}`,
  'x-kubernetes-list-type': ({ params }) =>
    `repeats ${params.key ? `the ${params.key} ` : ''}${shown(params.identity)} of an earlier entry; remove one of them`,
  'x-kubernetes-validations': ({ params, data }) => {
    const value = typeof data === 'string' && !params.rule.fieldPath ? `${shown(data)} ` : '';
    return `${value}is refused: ${params.rule.message}`;
  },
};

const TYPES: Record<string, string> = {
  object: 'a group of fields',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
};

function blamedField({ instancePath, keyword, params }: ErrorObject): string {
  if (keyword === 'required') return toField(`${instancePath}/${params.missingProperty}`);
  if (keyword === 'additionalProperties') {
    return toField(`${instancePath}/${escaped(params.additionalProperty)}`);
  }
  const rule: Rule | undefined = params.rule;
  return `${toField(instancePath)}${rule?.fieldPath ?? ''}`.replace(/^[.]/, '');
}

function unknownField({ params, parentSchema, instancePath }: ErrorObject, kind: string): string {
  const fields = Object.keys((parentSchema as StructuralSchema).properties ?? {});
  const meant = nearestName(params.additionalProperty, fields);
  const place = instancePath ? `${kind}` : `a manifest of ${kind}`;
  const mend = meant ? `did you mean ${meant}?` : `the fields there are ${fields.join(', ')}`;
  return `is not a field of ${place}; ${mend}`;
}

function about(schema: StructuralSchema | undefined): string {
  return schema?.description ? ` (${schema.description.replace(/[.]$/, '')})` : '';
}

function childSchema({ parentSchema, params }: ErrorObject): StructuralSchema | undefined {
  return (parentSchema as StructuralSchema).properties?.[params.missingProperty];
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of fields';
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** YAML reads 007, 1e3 and yes as something other than what was meant. */
function quotesHint(wanted: string, value: unknown): string {
  const bare = typeof value === 'number' || typeof value === 'boolean';
  return wanted === 'string' && bare ? '; put it in quotes' : '';
}

function plural(amount: number, noun: 'entry' | 'key'): string {
  if (amount === 1) return noun;
  return noun === 'entry' ? 'entries' : 'keys';
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
