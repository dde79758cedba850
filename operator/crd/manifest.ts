import { type Static, Type } from 'typebox';
import type { GroupSpec } from '../group/group.crd.ts';
import type { LdapConfigSpec } from '../ldap-config/ldap-config.crd.ts';
import type { OidcClientSpec } from '../oidc-client/oidc-client.crd.ts';
import type { SmtpConfigSpec } from '../smtp-config/smtp-config.crd.ts';
import { type CustomResource, resourceSchema } from './custom-resource.ts';
import { labelValue, objectName, qualifiedKeys, shortName } from './names.ts';
import { mapOf, object, optional, text } from './schema.ts';
import { type StructuralSchema, toStrict, toStructural } from './structural-schema.ts';

// The API server keeps these itself; `kubectl get -o yaml` prints them and they mean nothing here.
const kept = Type.Optional(Type.Unknown());

const metadata = object(
  {
    name: objectName('Name of the resource, unique per kind and namespace.'),
    namespace: { ...shortName('Namespace of the resource.'), default: 'default' },
    labels: optional(
      mapOf(labelValue(), {
        description: 'Labels of the resource.',
        maxProperties: 256,
        rules: [qualifiedKeys('label')],
      }),
    ),
    annotations: optional(
      mapOf(text({ description: 'Value of the annotation.', minLength: 0, maxLength: 262_144 }), {
        description: 'Annotations of the resource.',
        maxProperties: 256,
        rules: [qualifiedKeys('annotation')],
      }),
    ),
    creationTimestamp: kept,
    deletionGracePeriodSeconds: kept,
    deletionTimestamp: kept,
    finalizers: kept,
    generateName: kept,
    generation: kept,
    managedFields: kept,
    ownerReferences: kept,
    resourceVersion: kept,
    selfLink: kept,
    uid: kept,
  },
  { description: 'Name, labels and annotations.' },
);

type Envelope<Kind extends string, Spec> = {
  apiVersion: string;
  kind: Kind;
  metadata: Static<typeof metadata>;
  spec: Spec;
};

/** A manifest that passed, with the defaults filled in; `kind` tells which spec it is. */
export type Resource =
  | Envelope<'OIDCClient', OidcClientSpec>
  | Envelope<'Group', GroupSpec>
  | Envelope<'SMTPConfig', SmtpConfigSpec>
  | Envelope<'LDAPConfig', LdapConfigSpec>;
export type Manifest = Envelope<string, unknown>;

/** The schema of a kind as a file is judged by it: with metadata, and unknown fields refused. */
export function manifestSchema(resource: CustomResource): StructuralSchema {
  const schema = resourceSchema(resource);
  return toStrict({
    ...schema,
    required: ['metadata', 'spec'],
    properties: {
      ...schema.properties,
      metadata: toStructural(metadata),
      // The author of a manifest has no say in the status.
      status: { type: 'object' },
    },
  });
}
