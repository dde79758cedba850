import { duration } from './duration.ts';
import {
  annotations,
  labels,
  objectName,
  ownMarksRule,
  secretKeyRef,
  secretKeysRule,
} from './names.ts';
import { mapOf, object, oneOf, optional, text } from './schema.ts';

const output = object(
  {
    secretName: optional(
      objectName('Name of the Secret that the operator writes; default "<metadata.name>-oidc".'),
    ),
    // No default in the schema: beside a template it would claim that a preset was chosen.
    preset: optional(
      oneOf(['Generic', 'Env', 'OAuth2Proxy', 'ArgoCD', 'Grafana', 'EnvoyGateway'], {
        description:
          'Which keys the Secret gets, by the application that reads it; default Generic.',
      }),
    ),
    template: optional(
      mapOf(
        text({ description: 'Text around {{ clientID }} and other values.', maxLength: 8192 }),
        {
          description: 'Keys of the Secret and their text, instead of a preset.',
          minProperties: 1,
          maxProperties: 32,
          rules: [secretKeysRule],
        },
      ),
    ),
    labels: optional(labels('Further labels of the Secret.', [ownMarksRule])),
    annotations: optional(annotations('Further annotations of the Secret.', [ownMarksRule])),
  },
  {
    description: 'The Secret that the application reads, owned by this resource.',
    rules: [
      {
        rule: '!(has(self.preset) && has(self.template))',
        message: 'preset and template both decide the keys of the Secret; keep one of them',
        reason: 'FieldValueForbidden',
        fieldPath: '.template',
      },
    ],
  },
);

const rotation = object(
  {
    interval: duration('Time after which a new client secret is made.'),
    overlap: optional(
      duration(
        'How long the previous client secret stays valid; default 24h, or interval if shorter.',
      ),
    ),
  },
  {
    description: 'Regular renewal of the generated client secret.',
    rules: [
      {
        rule: '!has(self.overlap) || duration(self.overlap) <= duration(self.interval)',
        message:
          'overlap is longer than interval, so more than two client secrets would be valid at once; shorten overlap or lengthen interval',
        fieldPath: '.overlap',
      },
    ],
  },
);

/** The client secret of a Confidential client: where it comes from and where it goes. */
export const clientCredentials = object(
  {
    output: optional(output),
    secretRef: optional(
      secretKeyRef(
        'A client secret of your own, at least 32 characters, instead of a generated one.',
      ),
    ),
    rotation: optional(rotation),
  },
  {
    description:
      'The client secret of a Confidential client. One that has jwks, jwksURL or federatedCredentials gets a secret only when this is written, {} included.',
    rules: [
      {
        rule: '!(has(self.secretRef) && has(self.rotation))',
        message:
          'rotation renews a generated secret, but secretRef names a value that only its own author can renew; remove one of them',
        reason: 'FieldValueForbidden',
        fieldPath: '.rotation',
      },
    ],
  },
);
