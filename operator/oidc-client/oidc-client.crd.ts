import type { Static } from 'typebox';
import { clientCredentials } from '../crd/client-credentials.ts';
import { clientKeys, federatedCredentials } from '../crd/client-keys.ts';
import { AGE_COLUMN, type CustomResource, READY_COLUMNS } from '../crd/custom-resource.ts';
import { duration } from '../crd/duration.ts';
import { lifeCycleFields } from '../crd/life-cycle.ts';
import { oneLine } from '../crd/names.ts';
import { immutable, matching, type Rule } from '../crd/rule.ts';
import { dateTime, flag, object, oneOf, optional, setOf, text } from '../crd/schema.ts';
import { adoptionDiff, statusFields, statusText } from '../crd/status.ts';
import { callbackUrls, webUrl } from '../crd/urls.ts';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

const access = object(
  {
    mode: oneOf(['Everyone', 'Groups', 'Nobody'], {
      description:
        'Everyone: any active user; Groups: members of the named groups; Nobody: closed.',
      default: 'Everyone',
    }),
    groups: optional(
      setOf(oneLine('Name of a group as in the groups claim; it may be made later.', 255), {
        description: 'The groups whose members may use the client, exactly with mode Groups.',
        minItems: 1,
        maxItems: 64,
      }),
    ),
  },
  {
    description: 'Who may use the client.',
    default: { mode: 'Everyone' },
    rules: [
      {
        // An empty list must never mean "everyone": the mode says it in words, and doubt closes.
        rule: "self.mode == 'Groups' ? has(self.groups) : !has(self.groups)",
        message:
          'groups belongs to mode Groups and to no other; name at least one group with mode Groups, or remove groups for Everyone and Nobody',
        fieldPath: '.groups',
      },
    ],
  },
);

const PUBLIC_HOLDS_NO_SECRET =
  'a Public client runs where everybody can read it and keeps no secret';

const specRules: Rule[] = [
  immutable('clientID', 'tokens and consents name it; make a new OIDCClient instead'),
  {
    rule: "self.type == oldSelf.type || oldSelf.type == 'Public'",
    message:
      'a Confidential client cannot become Public, because its application would go on without proving itself; make a new OIDCClient instead',
    reason: 'FieldValueForbidden',
    fieldPath: '.type',
  },
  {
    rule: "self.type == 'Confidential' || !has(self.credentials)",
    message: `${PUBLIC_HOLDS_NO_SECRET}; remove credentials or set type Confidential`,
    reason: 'FieldValueForbidden',
    fieldPath: '.credentials',
  },
  {
    rule: "self.type == 'Confidential' || !has(self.federatedCredentials)",
    message: `${PUBLIC_HOLDS_NO_SECRET} and no token of its own; remove federatedCredentials or set type Confidential`,
    reason: 'FieldValueForbidden',
    fieldPath: '.federatedCredentials',
  },
  {
    rule: "self.type == 'Confidential' || !(has(self.jwks) || has(self.jwksURL))",
    message: `${PUBLIC_HOLDS_NO_SECRET} and no private key; remove jwks and jwksURL or set type Confidential`,
    reason: 'FieldValueForbidden',
    fieldPath: '.type',
  },
  {
    // RFC 7591 §2.
    rule: '!(has(self.jwks) && has(self.jwksURL))',
    message: 'jwks and jwksURL both say which keys the application has; keep one of them',
    reason: 'FieldValueForbidden',
    fieldPath: '.jwksURL',
  },
  {
    // RFC 9700 §2.1.1.
    rule: "self.type == 'Confidential' || self.pkce == 'Required'",
    message:
      'a Public client has nothing but PKCE against a stolen code; set pkce Required or type Confidential',
    fieldPath: '.pkce',
  },
  {
    // RFC 6749 §4.4.
    rule: "self.type == 'Confidential' || !('client_credentials' in self.grantTypes)",
    message: `${PUBLIC_HOLDS_NO_SECRET}, but client_credentials asks for one; remove the grant or set type Confidential`,
    fieldPath: '.grantTypes',
  },
  {
    rule: "!('authorization_code' in self.grantTypes) || (has(self.callbackURLs) && size(self.callbackURLs) > 0)",
    message:
      'callbackURLs must not be empty with the grant authorization_code, because the browser is sent back to one of them; add the URL of the application',
    reason: 'FieldValueRequired',
    fieldPath: '.callbackURLs',
  },
  {
    rule: `!('refresh_token' in self.grantTypes) || 'authorization_code' in self.grantTypes || '${DEVICE_CODE}' in self.grantTypes`,
    message: `refresh_token continues a sign-in that another grant began; add authorization_code or ${DEVICE_CODE} beside it, or remove it`,
    fieldPath: '.grantTypes',
  },
];

const spec = object(
  {
    displayName: optional(oneLine('Name shown to people; default metadata.name.', 100)),
    clientID: optional(
      text({
        description: 'The client_id, immutable; default "<namespace>.<name>".',
        minLength: 2,
        maxLength: 128,
        ...matching(
          '^[A-Za-z0-9][A-Za-z0-9._~-]*$',
          'a client ID is made of letters, digits, ".", "_", "~" and "-" and begins with a letter or digit, so that it stands in a URL as it is',
        ),
      }),
    ),
    type: oneOf(['Confidential', 'Public'], {
      description:
        'Confidential: keeps a secret on a server; Public: runs on the device of a person.',
      default: 'Confidential',
    }),
    callbackURLs: optional(callbackUrls('Where the browser may be sent after sign-in.')),
    logoutCallbackURLs: optional(callbackUrls('Where the browser may be sent after sign-out.')),
    backchannelLogoutURL: optional(webUrl('Called by Permiso when a session ends.')),
    launchURL: optional(webUrl('Opened from the dashboard.')),
    logoURL: optional(webUrl('Picture of the application, fetched once by Permiso.')),
    grantTypes: setOf(
      oneOf(['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE], {
        description: 'One grant type.',
      }),
      {
        description: 'How the application may obtain tokens.',
        default: ['authorization_code', 'refresh_token'],
        minItems: 1,
        maxItems: 4,
      },
    ),
    pkce: oneOf(['Required', 'Optional'], {
      description: 'Whether a sign-in without PKCE (S256) is refused.',
      default: 'Required',
    }),
    requireReauthentication: flag({
      description: 'Ask for a fresh passkey at every sign-in to this application.',
      default: false,
    }),
    requirePushedAuthorizationRequests: flag({
      description: 'Refuse sign-ins that were not pushed beforehand (RFC 9126).',
      default: false,
    }),
    skipConsent: flag({
      description: 'Do not ask people whether the application may read their data.',
      default: false,
    }),
    idTokenSigningAlg: optional(
      oneOf(['ES256', 'RS256', 'EdDSA'], { description: 'Signature of the ID token.' }),
    ),
    tokenLifetimes: optional(
      object(
        {
          accessToken: optional(duration('Lifetime of access tokens.')),
          idToken: optional(duration('Lifetime of ID tokens.')),
          refreshToken: optional(duration('Lifetime of refresh tokens.')),
        },
        { description: 'How long tokens stay valid; what is absent follows the settings.' },
      ),
    ),
    access,
    jwks: optional(clientKeys),
    jwksURL: optional(
      webUrl('Where the application publishes its public keys, instead of jwks; asked by Permiso.'),
    ),
    federatedCredentials: optional(federatedCredentials),
    credentials: optional(clientCredentials),
    ...lifeCycleFields,
  },
  { description: 'What the application is and may do.', rules: specRules },
);

const status = object(
  {
    ...statusFields,
    clientID: statusText('The client_id in effect.', 320),
    issuer: statusText('The issuer that the application is to be configured with.'),
    credentials: optional(
      object(
        {
          secretName: statusText('Name of the Secret that holds the credentials.', 253),
          rotatedAt: optional(dateTime('When the client secret was last made.')),
          previousExpiresAt: optional(dateTime('Until when the previous client secret is valid.')),
          nextRotationAt: optional(dateTime('When the next client secret will be made.')),
        },
        { description: 'The client secret, never its value.' },
      ),
    ),
    adoptionDiff,
  },
  { description: 'How the client stands, written by the operator.' },
);

export type OidcClientSpec = Static<typeof spec>;

const rootRules: Rule[] = [
  {
    rule: "!has(self.spec.credentials) || !has(self.spec.credentials.secretRef) || self.spec.credentials.secretRef.name != (has(self.spec.credentials.output) && has(self.spec.credentials.output.secretName) ? self.spec.credentials.output.secretName : self.metadata.name + '-oidc')",
    message:
      'secretRef names the Secret that the operator itself writes; choose another output.secretName or put your value into another Secret',
    fieldPath: '.spec.credentials.secretRef',
  },
];

export const oidcClientCrd = {
  kind: 'OIDCClient',
  plural: 'oidcclients',
  shortName: 'pmclient',
  description: 'An application that may ask Permiso to sign people in.',
  spec,
  status,
  rules: rootRules,
  columns: [
    { name: 'Client ID', type: 'string', jsonPath: '.status.clientID' },
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    ...READY_COLUMNS,
    AGE_COLUMN,
    { name: 'Secret', type: 'string', jsonPath: '.status.credentials.secretName', priority: 1 },
    {
      name: 'Next Rotation',
      // "date" prints an age, which says nothing about the future.
      type: 'string',
      jsonPath: '.status.credentials.nextRotationAt',
      priority: 1,
    },
  ],
  selectableFields: ['.spec.clientID'],
} satisfies CustomResource;
