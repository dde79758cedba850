import { type Static, Type } from 'typebox';
import {
  atomicListOf,
  count,
  dateTime,
  mapListOf,
  object,
  oneOf,
  optional,
  text,
} from './schema.ts';

/** metav1.Condition with the bounds of the Kubernetes API conventions. */
const condition = object(
  {
    type: text({
      description: 'What is judged, such as Ready.',
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    }),
    status: oneOf(['True', 'False', 'Unknown'], { description: 'The verdict.' }),
    observedGeneration: optional(count('The generation of the resource that was judged.')),
    lastTransitionTime: dateTime('When the verdict last changed.'),
    reason: text({
      description: 'The verdict in one word for programs.',
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    }),
    message: text({
      description: 'The verdict in a sentence for people.',
      minLength: 0,
      maxLength: 32_768,
    }),
  },
  { description: 'One aspect of the resource and how it stands.' },
);

/** Fields that the status of every kind has. */
export const statusFields = {
  observedGeneration: optional(count('The generation of the spec that was last judged.')),
  conditions: optional(
    mapListOf('type', condition, { description: 'How the resource stands.', maxItems: 16 }),
  ),
};

const difference = object(
  {
    field: text({ description: 'Name of the field.', maxLength: 253 }),
    desired: optional(
      text({ description: 'What this resource asks for.', minLength: 0, maxLength: 4096 }),
    ),
    actual: optional(
      text({ description: 'What stands there now.', minLength: 0, maxLength: 4096 }),
    ),
  },
  { description: 'One field that differs.' },
);

export type AdoptionDifference = Static<typeof difference>;

export const adoptionDiff = optional(
  atomicListOf(difference, {
    description: 'Why adoption IfMatch did not take over the existing entry.',
    maxItems: 64,
  }),
);

/** A status is written by the operator alone, so its texts need a bound but no rule. */
export function statusText(description: string, maxLength = 2048) {
  return optional(Type.String({ description, maxLength }));
}
