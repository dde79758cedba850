import type { Static, TSchema } from 'typebox';
import {
  AGE_COLUMN,
  type CustomResource,
  READY_COLUMNS,
  singletonRule,
} from '../crd/custom-resource.ts';
import { duration } from '../crd/duration.ts';
import { oneLine, secretKeyRef } from '../crd/names.ts';
import { matching, type Rule } from '../crd/rule.ts';
import { count, dateTime, flag, integer, object, oneOf, optional, text } from '../crd/schema.ts';
import { statusFields } from '../crd/status.ts';

const URL = '^ldaps?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?/?$';
/** RFC 4512 §2.5: a name or an OID, then options. */
const ATTRIBUTE = '^([A-Za-z][-A-Za-z0-9]*|[0-9]+([.][0-9]+)+)(;[-A-Za-z0-9]+)*$';
/** RFC 4514, roughly: at least one type=value. */
const DISTINGUISHED_NAME = '^[A-Za-z0-9][-A-Za-z0-9.]* *=[^\\x00]+$';

const tls = object(
  {
    startTLS: flag({ description: 'Ask for TLS after connecting to ldap://.', default: false }),
    caSecretRef: optional(
      secretKeyRef(
        "Certificates (PEM) that the server's own must come from, instead of the usual.",
      ),
    ),
    insecureSkipVerify: flag({
      description: 'Accept any certificate, so that anybody in between can read and forge entries.',
      default: false,
    }),
  },
  { description: 'How the connection is protected.', default: { startTLS: false } },
);

const bind = object(
  {
    // Active Directory also takes user@domain and DOMAIN\user here.
    dn: oneLine('Who Permiso signs in as.', 1024),
    passwordSecretRef: secretKeyRef('The password for that name.'),
  },
  { description: 'How Permiso signs in to the directory; reading is enough.' },
);

const users = search('users', {
  uniqueID: attribute('never changes, such as entryUUID'),
  username: attribute('becomes the user name'),
  email: attribute('holds the mail address'),
  firstName: attribute('holds the first name'),
  lastName: attribute('holds the last name'),
  displayName: attribute('holds the full name'),
  picture: attribute('holds the picture'),
});

const groups = search('groups', {
  uniqueID: attribute('never changes, such as entryUUID'),
  name: attribute('becomes the group name'),
  member: attribute('lists the members'),
});

const sync = object(
  {
    interval: duration('Time between two runs.', '1h'),
    maxRemovedPercent: integer({
      description: 'A run that would remove more of the people than this stops and says so.',
      minimum: 0,
      maximum: 100,
      default: 20,
    }),
  },
  { description: 'When the directory is read.', default: { interval: '1h' } },
);

const specRules: Rule[] = [
  {
    rule: "!self.url.startsWith('ldap:') || self.tls.startTLS || self.allowPlaintext",
    message:
      'ldap:// would send the bind password unprotected; use ldaps://, set tls.startTLS, or accept it with allowPlaintext: true',
    fieldPath: '.url',
  },
  {
    rule: "!self.url.startsWith('ldaps:') || !self.tls.startTLS",
    message:
      'ldaps:// is protected from the first byte, so there is no TLS left to start; remove tls.startTLS or use ldap://',
    fieldPath: '.tls.startTLS',
  },
  {
    rule: "!has(self.tls.caSecretRef) || !self.url.startsWith('ldap:') || self.tls.startTLS",
    message:
      'caSecretRef is meaningless without TLS, because there is no certificate to check; use ldaps:// or set tls.startTLS',
    fieldPath: '.tls.caSecretRef',
  },
];

const spec = object(
  {
    url: text({
      description: 'Where the directory is, such as ldaps://ldap.example.com:636.',
      maxLength: 512,
      ...matching(
        URL,
        'url is ldaps://host or ldap://host with an optional port and nothing behind it; the base DN has its own field',
      ),
    }),
    allowPlaintext: flag({
      description:
        'Accept ldap:// without TLS, so that anybody in between reads the bind password.',
      default: false,
    }),
    tls,
    bind,
    baseDN: text({
      description: 'Entry below which people and groups are looked for.',
      maxLength: 1024,
      ...matching(DISTINGUISHED_NAME, 'a base DN looks like dc=example,dc=com'),
    }),
    preset: oneOf(['ActiveDirectory', 'OpenLDAP'], {
      description: 'Attribute names and filters where users and groups give none of their own.',
      default: 'ActiveDirectory',
    }),
    users,
    groups,
    adminGroup: optional(oneLine('Name of the group whose members administer Permiso.', 255)),
    removedUsers: oneOf(['Disable', 'Delete'], {
      description: 'What happens to people who are no longer in the directory.',
      default: 'Disable',
    }),
    sync,
  },
  { description: 'The directory that people and groups come from.', rules: specRules },
);

const status = object(
  {
    ...statusFields,
    lastSyncAt: optional(dateTime('When the directory was last read to the end.')),
    users: optional(count('How many people came from it.')),
    groups: optional(count('How many groups came from it.')),
    skippedEntries: optional(count('How many entries could not be used.')),
  },
  { description: 'How the directory answers, written by the operator.' },
);

export type LdapConfigSpec = Static<typeof spec>;

export const ldapConfigCrd = {
  kind: 'LDAPConfig',
  plural: 'ldapconfigs',
  shortName: 'pmldap',
  description:
    'The directory of the whole instance: named "default", honoured in the namespace of the operator.',
  spec,
  status,
  rules: [singletonRule('LDAPConfig')],
  columns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.url' },
    { name: 'Users', type: 'integer', jsonPath: '.status.users' },
    ...READY_COLUMNS,
    { name: 'Last Sync', type: 'date', jsonPath: '.status.lastSyncAt' },
    AGE_COLUMN,
  ],
} satisfies CustomResource;

function search<Attributes extends Record<string, TSchema>>(noun: string, attributes: Attributes) {
  const filter = text({
    description: `Which entries are ${noun}; default by preset.`,
    maxLength: 2048,
    rules: [
      {
        // RFC 4515 §3: every filter stands in parentheses.
        rule: "self.startsWith('(') && self.endsWith(')')",
        message: 'an LDAP filter begins with "(" and ends with ")", such as (objectClass=person)',
      },
    ],
  });
  const names = object(attributes, { description: 'Attribute names; default by preset.' });
  return optional(
    object(
      { filter: optional(filter), attributes: optional(names) },
      { description: `How ${noun} are found and read.` },
    ),
  );
}

function attribute(meaning: string) {
  return optional(
    text({
      description: `Attribute that ${meaning}.`,
      maxLength: 128,
      ...matching(
        ATTRIBUTE,
        'an attribute is named by letters, digits and "-" beginning with a letter (such as entryUUID), or by its OID',
      ),
    }),
  );
}
