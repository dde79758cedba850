import type { TSchema } from 'typebox';
import type { Rule } from './rule.ts';
import { type StructuralSchema, toStructural } from './structural-schema.ts';

const API_GROUP = 'permisolabs.eu';
const VERSION = 'v1alpha1';
export const API_VERSION = `${API_GROUP}/${VERSION}`;

export type Column = {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  /** 1: only with `kubectl get -o wide`. */
  priority?: 1;
};

/** One kind, described once. */
export type CustomResource<Spec extends TSchema = TSchema, Status extends TSchema = TSchema> = {
  kind: string;
  plural: string;
  shortName: string;
  description: string;
  spec: Spec;
  status: Status;
  /** Rules on the whole object; of metadata they can read only the name. */
  rules?: readonly Rule[];
  columns: readonly Column[];
  selectableFields?: readonly string[];
};

export const READY_COLUMNS: readonly Column[] = [conditionColumn('Ready'), reasonColumn()];
export const AGE_COLUMN: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
};

export function conditionColumn(type: string): Column {
  return {
    name: type,
    type: 'string',
    jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
  };
}

/** There is one setting, so there is one name for it, and a second resource cannot contradict it. */
export function singletonRule(kind: string): Rule {
  return {
    rule: "self.metadata.name == 'default'",
    message: `${kind} holds one setting of the whole instance, so it must be named "default"; rename it`,
    fieldPath: '.metadata.name',
  };
}

function reasonColumn(): Column {
  return {
    name: 'Reason',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
  };
}

/** The schema of the whole object, as the API server holds it. */
export function resourceSchema(resource: CustomResource): StructuralSchema {
  return {
    type: 'object',
    description: resource.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      // Said only so that a rule may blame it; the API server judges metadata itself.
      metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 253 } } },
      spec: toStructural(resource.spec),
      status: toStructural(resource.status),
    },
    ...(resource.rules && { 'x-kubernetes-validations': [...resource.rules] }),
  };
}

/** The CustomResourceDefinition, ready for `kubectl apply`. */
export function customResourceDefinition(resource: CustomResource) {
  const { kind, plural, shortName } = resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ['permiso'],
      },
      scope: 'Namespaced',
      versions: [version(resource)],
    },
  };
}

function version(resource: CustomResource) {
  const { columns, selectableFields } = resource;
  return {
    name: VERSION,
    served: true,
    storage: true,
    subresources: { status: {} },
    additionalPrinterColumns: columns,
    ...(selectableFields && {
      selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })),
    }),
    schema: { openAPIV3Schema: resourceSchema(resource) },
  };
}
