import type { Static } from 'typebox';
import {
  AGE_COLUMN,
  type CustomResource,
  conditionColumn,
  READY_COLUMNS,
  singletonRule,
} from '../crd/custom-resource.ts';
import { oneLine, secretKeyRef } from '../crd/names.ts';
import { matching, type Rule } from '../crd/rule.ts';
import { dateTime, flag, integer, object, oneOf, optional, text } from '../crd/schema.ts';
import { statusFields } from '../crd/status.ts';

// CEL's isIP() and format.dns1123Subdomain() say this too, but not on older API servers.
const HOST =
  '^(([A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)([.][A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$';
/** RFC 5322 addr-spec without quoted strings and comments: one mailbox, no list. */
const ADDRESS = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$";

const tls = object(
  {
    mode: oneOf(['StartTLS', 'TLS', 'None'], {
      description: 'StartTLS: asked for after connecting; TLS: from the first byte; None: plain.',
      default: 'StartTLS',
    }),
    caSecretRef: optional(
      secretKeyRef(
        "Certificates (PEM) that the server's own must come from, instead of the usual.",
      ),
    ),
    insecureSkipVerify: flag({
      description: 'Accept any certificate, so that anybody in between can read the mail.',
      default: false,
    }),
  },
  {
    description: 'How the connection is protected.',
    default: { mode: 'StartTLS' },
    rules: [
      {
        rule: "self.mode != 'None' || !has(self.caSecretRef)",
        message:
          'caSecretRef is meaningless with mode None, because there is no certificate to check; remove it or set mode StartTLS',
        fieldPath: '.caSecretRef',
      },
    ],
  },
);

const from = object(
  {
    address: text({
      description: 'Address of the sender.',
      maxLength: 254,
      ...matching(ADDRESS, 'a From address is exactly one mailbox such as id@example.com'),
    }),
    // A line break would let the name write further mail headers.
    name: optional(oneLine('Name of the sender.', 100)),
  },
  { description: 'The sender that people see.' },
);

const auth = object(
  {
    username: oneLine('User name at the mail server.', 256),
    passwordSecretRef: secretKeyRef('The password at the mail server.'),
  },
  { description: 'How Permiso signs in to the mail server; absent: it does not.' },
);

const specRules: Rule[] = [
  {
    rule: "!has(self.auth) || self.tls.mode != 'None'",
    message:
      'auth would send the password unprotected with tls.mode None; set tls.mode StartTLS or TLS, or remove auth',
    reason: 'FieldValueForbidden',
    fieldPath: '.auth',
  },
];

const spec = object(
  {
    host: text({
      description: 'Name or IP address of the mail server.',
      maxLength: 253,
      ...matching(
        HOST,
        'host is a DNS name or an IP address alone; the port has its own field, and there is no smtp:// before it',
      ),
    }),
    port: integer({
      description: 'Port of the mail server.',
      minimum: 1,
      maximum: 65_535,
      default: 587,
    }),
    tls,
    from,
    auth: optional(auth),
  },
  { description: 'The mail server.', rules: specRules },
);

const status = object(
  {
    ...statusFields,
    lastCheckedAt: optional(dateTime('When the mail server was last tried.')),
  },
  { description: 'How the mail server answers, written by the operator.' },
);

export type SmtpConfigSpec = Static<typeof spec>;

export const smtpConfigCrd = {
  kind: 'SMTPConfig',
  plural: 'smtpconfigs',
  shortName: 'pmsmtp',
  description:
    'The mail server of the whole instance: named "default", honoured in the namespace of the operator.',
  spec,
  status,
  rules: [singletonRule('SMTPConfig')],
  columns: [
    { name: 'Host', type: 'string', jsonPath: '.spec.host' },
    conditionColumn('Connected'),
    ...READY_COLUMNS,
    AGE_COLUMN,
  ],
} satisfies CustomResource;
