import type { Static } from 'typebox';
import {
  GROUP_NAME,
  GROUP_NAME_RULE,
  MAX_CUSTOM_CLAIMS,
  MAX_GROUP_NAME,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
  PERSON_CLAIMS,
  TOKEN_CLAIMS,
} from '#core';
import { AGE_COLUMN, type CustomResource, READY_COLUMNS } from '../crd/custom-resource.ts';
import { lifeCycleFields } from '../crd/life-cycle.ts';
import { oneLine } from '../crd/names.ts';
import { immutable, matching } from '../crd/rule.ts';
import { count, mapListOf, object, oneOf, optional, setOf, text } from '../crd/schema.ts';
import { adoptionDiff, statusFields, statusText } from '../crd/status.ts';

const quoted = (words: string[]) => words.map((word) => `'${word}'`).join(', ');

const claimKey = text({
  description: 'Name of the claim.',
  maxLength: MAX_KEY_LENGTH,
  pattern: '^[!-~]+$',
  rules: [
    {
      rule: "self.matches(r'^[!-~]+$') && self != '__proto__'",
      message: 'a claim name is made of letters, digits and signs without blanks',
    },
    {
      rule: `!(self in [${quoted(TOKEN_CLAIMS)}])`,
      message:
        'this claim is a fact about the token that applications trust, so Permiso alone sets it; choose another name',
    },
    {
      rule: `!(self in [${quoted(PERSON_CLAIMS)}])`,
      message: 'this claim is filled by Permiso from the person who signs in; choose another name',
    },
  ],
});

const customClaim = object(
  {
    key: claimKey,
    value: text({
      description: 'Value of the claim; JSON is taken as JSON.',
      minLength: 0,
      maxLength: MAX_VALUE_LENGTH,
    }),
  },
  { description: 'One claim that members of the group get.' },
);

const spec = object(
  {
    groupName: optional(
      text({
        description: 'Value in the groups claim, immutable; default metadata.name.',
        maxLength: MAX_GROUP_NAME,
        ...matching(GROUP_NAME, GROUP_NAME_RULE),
      }),
    ),
    displayName: optional(oneLine('Name shown to people; default groupName.', 255)),
    // No default: absent means that YAML does not say who belongs to the group.
    members: optional(
      setOf(oneLine('User name of a person, who may sign up later.', 128), {
        description:
          'User names of the members; absent: kept in the web pages or LDAP; []: nobody.',
        maxItems: 1000,
      }),
    ),
    membershipPolicy: oneOf(['Authoritative', 'Additive'], {
      description: 'Authoritative: exactly these members; Additive: these and others.',
      default: 'Authoritative',
    }),
    customClaims: optional(
      mapListOf('key', customClaim, {
        description: 'Claims that members get in ID token and userinfo.',
        maxItems: MAX_CUSTOM_CLAIMS,
      }),
    ),
    ...lifeCycleFields,
  },
  {
    description: 'What the group is called, who belongs to it and what it gives.',
    rules: [
      immutable('groupName', 'applications decide by it who may do what; make a new Group instead'),
    ],
  },
);

const status = object(
  {
    ...statusFields,
    groupName: statusText('The value in the groups claim.', 255),
    memberCount: optional(count('How many people belong to the group.')),
    unknownMembers: optional(
      setOf(text({ description: 'A user name.', maxLength: 128 }), {
        description: 'Named members who have not signed up yet.',
        maxItems: 1000,
      }),
    ),
    adoptionDiff,
  },
  { description: 'How the group stands, written by the operator.' },
);

export type GroupSpec = Static<typeof spec>;

export const groupCrd = {
  kind: 'Group',
  plural: 'groups',
  shortName: 'pmgroup',
  description: 'A group of people, as applications see it in the groups claim.',
  spec,
  status,
  columns: [
    { name: 'Group', type: 'string', jsonPath: '.status.groupName' },
    { name: 'Members', type: 'integer', jsonPath: '.status.memberCount' },
    ...READY_COLUMNS,
    AGE_COLUMN,
  ],
  selectableFields: ['.spec.groupName'],
} satisfies CustomResource;
