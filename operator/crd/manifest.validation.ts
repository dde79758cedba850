import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { API_VERSION, type CustomResource } from './custom-resource.ts';
import { KINDS } from './kinds.ts';
import { listTypeKeyword, type Situation, validationsKeyword } from './kubernetes-keywords.ts';
import { type Manifest, manifestSchema, type Resource } from './manifest.ts';
import { type Mistake, toMistake } from './mistake.ts';
import { nearestName } from './nearest-name.ts';
import type { StructuralSchema } from './structural-schema.ts';

export type Validation = { resource: Resource } | { errors: Mistake[] };

type Validator = { schema: StructuralSchema; judge: ValidateFunction };

const validators = compileValidators();

/**
 * Judges a manifest by the schema that the API server is given, with unknown fields refused as by
 * `kubectl`. Rules about a change are asked only when the old resource is given. Throws nothing.
 */
export function validateManifest(manifest: unknown, old?: Manifest): Validation {
  if (!isObject(manifest)) {
    return {
      errors: [{ field: '', message: 'this document is not a resource: it has no fields' }],
    };
  }
  const validator = validators.get(manifest.kind);
  if (manifest.apiVersion !== API_VERSION) return { errors: [wrongApiVersion(manifest)] };
  if (!validator) return { errors: [unknownKind(manifest)] };

  const { resource, errors } = judge(validator, manifest, old);
  if (errors.length === 0) return { resource };
  return { errors: toMistakes(String(manifest.kind), errors) };
}

function judge(validator: Validator, manifest: unknown, old: unknown) {
  const situation: Situation = {};
  // The old resource may have been written before a field got its default.
  if (old !== undefined) situation.old = judge(validator, old, undefined).resource;

  const { status: _, ...resource } = withoutNulls(manifest, validator.schema) as Resource & {
    status?: unknown;
  };
  validator.judge.call(situation, resource);
  return { resource: resource as Resource, errors: validator.judge.errors ?? [] };
}

function compileValidators(): Map<unknown, Validator> {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    passContext: true,
    strict: false,
    validateFormats: false,
  });
  ajv.addKeyword(validationsKeyword).addKeyword(listTypeKeyword);
  return new Map(KINDS.map((kind) => [kind.kind, compile(ajv, kind)]));
}

function compile(ajv: Ajv, kind: CustomResource): Validator {
  const schema = manifestSchema(kind);
  return { schema, judge: ajv.compile(schema) };
}

/** As the API server does: a rule is not asked about a value whose shape is wrong already. */
function toMistakes(kind: string, errors: ErrorObject[]): Mistake[] {
  const shape = errors.filter(({ params }) => !params.rule);
  const mistyped = new Set(
    shape.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath),
  );
  return errors
    .filter(({ keyword, instancePath }) => keyword === 'type' || !mistyped.has(instancePath))
    .filter((error) => !(error.params.rule && hasErrorWithin(shape, error)))
    .filter((error) => error.params.verdict !== 'undecidable' || !hasErrorWithin(errors, error))
    .map((error) => toMistake(kind, error));
}

function hasErrorWithin(errors: ErrorObject[], place: ErrorObject): boolean {
  return errors.some(
    (error) =>
      error !== place &&
      (error.instancePath === place.instancePath ||
        error.instancePath.startsWith(`${place.instancePath}/`)),
  );
}

/** The API server takes `field: null` for an absent field, unless the schema says nullable. */
function withoutNulls(value: unknown, schema: StructuralSchema | undefined): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutNulls(entry, schema?.items));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([name, entry]) => {
    const child = childSchema(schema, name);
    return child && entry === null ? [] : [[name, child ? withoutNulls(entry, child) : entry]];
  });
  return Object.fromEntries(entries);
}

function childSchema(schema: StructuralSchema | undefined, name: string) {
  // Every object of JavaScript has a "constructor"; only our own fields count.
  const own = schema?.properties && Object.hasOwn(schema.properties, name);
  return own ? schema.properties?.[name] : schema?.additionalProperties || undefined;
}

function wrongApiVersion({ apiVersion }: Record<string, unknown>): Mistake {
  const found = apiVersion === undefined ? 'it is missing' : `it is ${JSON.stringify(apiVersion)}`;
  return { field: 'apiVersion', message: `apiVersion must be ${API_VERSION}; ${found}` };
}

function unknownKind({ kind }: Record<string, unknown>): Mistake {
  const kinds = KINDS.map((known) => known.kind);
  const found = kind === undefined ? 'it is missing' : `it is ${JSON.stringify(kind)}`;
  const meant = typeof kind === 'string' ? nearestName(kind, kinds) : undefined;
  const hint = meant ? `; did you mean ${meant}?` : '';
  return { field: 'kind', message: `kind must be one of ${kinds.join(', ')}; ${found}${hint}` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
