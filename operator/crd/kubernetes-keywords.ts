import type { FuncKeywordDefinition, SchemaValidateFunction } from 'ajv';
import type { Rule } from './rule.ts';
import { isTransition, judge } from './rule-evaluation.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** What a validation knows beside the manifest: the resource as it was, if there was one. */
export type Situation = { old?: unknown };

/** One value of the manifest with its place, its schema and what stood there before. */
type Node = { value: unknown; schema: StructuralSchema; pointer: string; old: unknown };
type Finding = { pointer?: string; params: object };

/** CEL rules. They run last in their node, when the defaults below it are filled in. */
export const validationsKeyword: FuncKeywordDefinition = {
  keyword: 'x-kubernetes-validations',
  post: true,
  validate: reporting<Rule[]>('x-kubernetes-validations', brokenRules),
};

/** The entries of a set differ, and so do the keys of the entries of a map list. */
export const listTypeKeyword: FuncKeywordDefinition = {
  keyword: 'x-kubernetes-list-type',
  type: 'array',
  validate: reporting<string>('x-kubernetes-list-type', repeatedEntries),
};

function brokenRules(rules: Rule[], { value, schema, old }: Node): Finding[] {
  // Such a value is refused already, and an expression on it could take very long.
  if (exceedsBounds(value, schema)) return [];
  return rules
    .filter((rule) => !isTransition(rule) || old !== undefined)
    .map((rule) => ({ params: { rule, verdict: judge(rule, value, old) } }))
    .filter(({ params }) => params.verdict !== 'holds');
}

function repeatedEntries(listType: string, { value, schema, pointer }: Node): Finding[] {
  if (listType === 'atomic') return [];
  const [key] = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<unknown>();
  return (value as unknown[]).flatMap((entry, index) => {
    const identity = key === undefined ? entry : (entry as Record<string, unknown> | null)?.[key];
    const isNew = identity === undefined || !seen.has(identity);
    seen.add(identity);
    return isNew ? [] : [{ pointer: `${pointer}/${index}`, params: { key, identity } }];
  });
}

/** Ajv's protocol: a function that answers yes or no and leaves its findings on itself. */
function reporting<Value>(keyword: string, find: (value: Value, node: Node) => Finding[]) {
  const validate: SchemaValidateFunction = function (
    this: Situation,
    ...[argument, value, schema, context]: Parameters<SchemaValidateFunction>
  ) {
    const pointer = context?.instancePath ?? '';
    const old = valueAt(this.old, pointer);
    const findings = find(argument, { value, schema: schema as StructuralSchema, pointer, old });
    validate.errors = findings.map((finding) => ({
      keyword,
      params: finding.params,
      parentSchema: schema ?? {},
      ...(finding.pointer !== undefined && { instancePath: finding.pointer }),
    }));
    return findings.length === 0;
  };
  return validate;
}

function exceedsBounds(value: unknown, { maxLength, maxItems, maxProperties }: StructuralSchema) {
  if (typeof value === 'string') return value.length > 2 * (maxLength ?? Number.POSITIVE_INFINITY);
  if (Array.isArray(value)) return value.length > (maxItems ?? Number.POSITIVE_INFINITY);
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).length > (maxProperties ?? Number.POSITIVE_INFINITY);
}

/** Entries of a list have no stable place, so nothing below a list is known from before. */
function valueAt(root: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? (value as Record<string, unknown>)[part]
          : undefined,
      root,
    );
}
