import { type Static, type TOptional, type TSchema, type TUnsafe, Type } from 'typebox';
import type { Rule } from './rule.ts';

/*
 * The words in which a resource is described once: TypeScript reads the type of the spec from them,
 * Kubernetes its structural schema. A field with a default is present for both readers of the spec
 * (the API server fills it in before anybody looks) and optional for its author.
 */

type About<Value = unknown> = { description: string; rules?: readonly Rule[]; default?: Value };
type TextAbout<Value extends string = string> = About<Value> & {
  minLength?: number;
  maxLength: number;
  pattern?: string;
};
type ListAbout = About & { minItems?: number; maxItems: number };
type Fields = Record<string, TSchema>;

export function text(about: TextAbout) {
  return Type.String(withRules({ minLength: 1, ...about }));
}

/** `{type, enum}` and not `anyOf` of constants, which a structural schema must not hold. */
export function oneOf<const Value extends string>(
  values: readonly Value[],
  about: About<Value>,
): TUnsafe<Value> {
  return Type.Unsafe<Value>({ type: 'string', enum: [...values], ...withRules(about) });
}

export function integer(about: About<number> & { minimum: number; maximum: number }) {
  return Type.Integer({ format: 'int32', ...withRules(about) });
}

/** A counter that only the operator writes. */
export function count(description: string) {
  return Type.Integer({ format: 'int64', minimum: 0, description });
}

export function flag(about: About<boolean>) {
  return Type.Boolean(withRules(about));
}

export function dateTime(description: string) {
  return Type.String({ format: 'date-time', description });
}

export function object<Properties extends Fields>(fields: Properties, about: About) {
  return Type.Object(fields, withRules(about));
}

/** Order means nothing and nothing occurs twice. */
export function setOf<Item extends TSchema>(items: Item, about: ListAbout) {
  return Type.Array(items, { 'x-kubernetes-list-type': 'set', ...withRules(about) });
}

/** Entries are told apart by one of their fields, so that two authors may each apply their own. */
export function mapListOf<Item extends TSchema>(key: string, items: Item, about: ListAbout) {
  const listType = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] };
  return Type.Array(items, { ...listType, ...withRules(about) });
}

/** Written and replaced as a whole. */
export function atomicListOf<Item extends TSchema>(items: Item, about: ListAbout) {
  return Type.Array(items, { 'x-kubernetes-list-type': 'atomic', ...withRules(about) });
}

export function mapOf<Value extends TSchema>(
  values: Value,
  about: About & { minProperties?: number; maxProperties: number },
): TUnsafe<Record<string, Static<Value>>> {
  return Type.Unsafe({ type: 'object', additionalProperties: values, ...withRules(about) });
}

export function optional<Field extends TSchema>(field: Field): TOptional<Field> {
  return Type.Optional(field) as TOptional<Field>;
}

function withRules<Options extends { rules?: readonly Rule[] }>(options: Options) {
  const { rules, ...rest } = options;
  return rules ? { ...rest, 'x-kubernetes-validations': rules } : rest;
}
