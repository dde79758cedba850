import type { TSchema } from 'typebox';
import { type Rule, saysPattern } from './rule.ts';

/** JSON Schema as far as a CustomResourceDefinition may use it. */
export type StructuralSchema = {
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  enum?: string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, StructuralSchema>;
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema | false;
  'x-kubernetes-list-type'?: 'set' | 'map' | 'atomic';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: Rule[];
};

/** What Kubernetes is told: plain data, and no field required that has a default. */
export function toStructural(schema: TSchema): StructuralSchema {
  // typebox keeps its own marks in properties that JSON does not see.
  return mapNodes(JSON.parse(JSON.stringify(schema)), withoutDefaultedRequired);
}

/**
 * The same schema as `kubectl --validate=strict` reads it: an unknown field is a mistake. A pattern
 * that a rule says in words is left to the rule, so that nobody is told twice.
 */
export function toStrict(schema: StructuralSchema): StructuralSchema {
  return mapNodes(schema, (node) => {
    const { pattern, ...rest } = node;
    const told = pattern && saysPattern(node['x-kubernetes-validations'] ?? [], pattern);
    return {
      ...(told ? rest : node),
      ...(node.properties && { additionalProperties: false as const }),
    };
  });
}

function withoutDefaultedRequired(node: StructuralSchema): StructuralSchema {
  const { required, ...rest } = node;
  const stillRequired = required?.filter((name) => node.properties?.[name]?.default === undefined);
  return stillRequired?.length ? { ...rest, required: stillRequired } : rest;
}

type Change = (node: StructuralSchema) => StructuralSchema;

function mapNodes(node: StructuralSchema, change: Change): StructuralSchema {
  const { properties, items, additionalProperties } = node;
  return change({
    ...node,
    ...(properties && { properties: mapValues(properties, change) }),
    ...(items && { items: mapNodes(items, change) }),
    ...(additionalProperties && { additionalProperties: mapNodes(additionalProperties, change) }),
  });
}

function mapValues(properties: Record<string, StructuralSchema>, change: Change) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, node]) => [name, mapNodes(node, change)]),
  );
}
