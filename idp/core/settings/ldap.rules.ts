import { toFilter } from '../connection/ldap-search.ts';
import { ServerFault } from '../connection/server-fault.ts';
import { InvalidInput } from '../errors.ts';
import type { LdapSettings } from './settings.types.ts';

const URL = /^ldaps?:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\/?$/;
const CONTROL = /\p{Cc}/u;
const PEM = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;
const MINUTE = 60;
const YEAR = 365 * 24 * 3600;

// RFC 4512 §2.5: a name or an OID, then options.
const ATTRIBUTE = /^(?:[A-Za-z][-A-Za-z0-9]*|[0-9]+(?:[.][0-9]+)+)(?:;[-A-Za-z0-9]+)*$/;

// RFC 4514, roughly: at least one type=value.
const DISTINGUISHED_NAME = /^[A-Za-z0-9][-A-Za-z0-9.]* *=[^\0]+$/;

/** What no directory could be used with, by its field. The same rules as an LDAPConfig has. */
export function assertLdapSettings(settings: LdapSettings, allowPlaintext: boolean): void {
  assertConnection(settings, allowPlaintext);
  const { bind, baseDn, adminGroup, syncInterval, maxRemovedPercent } = settings;
  if (bind.dn.trim() === '' || CONTROL.test(bind.dn)) {
    throw new InvalidInput('bindDn', 'Say on one line who Permiso signs in as');
  }
  if (!DISTINGUISHED_NAME.test(baseDn)) {
    throw new InvalidInput('baseDn', 'A base DN looks like dc=example,dc=com');
  }
  if (adminGroup !== null && CONTROL.test(adminGroup)) {
    throw new InvalidInput('adminGroup', 'The name of a group stands on one line');
  }
  if (syncInterval < MINUTE || syncInterval > YEAR) {
    throw new InvalidInput('syncInterval', 'Between two runs there is a minute to a year');
  }
  if (maxRemovedPercent < 0 || maxRemovedPercent > 100) {
    throw new InvalidInput('maxRemovedPercent', 'A share is 0 to 100 percent');
  }
  assertSearch('users', settings);
  assertSearch('groups', settings);
}

function assertConnection(
  { url, startTls, ca }: Pick<LdapSettings, 'url' | 'startTls' | 'ca'>,
  allowPlaintext: boolean,
): void {
  const isPlain = url.startsWith('ldap:');
  if (!URL.test(url)) {
    throw new InvalidInput(
      'url',
      'The address is ldaps://host or ldap://host with an optional port and nothing behind it; the base DN has its own field',
    );
  }
  if (startTls && !isPlain) {
    throw new InvalidInput(
      'startTls',
      'ldaps:// is protected from the first byte, so there is no TLS left to start: use ldap:// or leave StartTLS out',
    );
  }
  if (isPlain && !startTls && !allowPlaintext) {
    throw new InvalidInput(
      'url',
      'ldap:// would send the password over the network in the open: use ldaps:// or StartTLS, or accept that',
    );
  }
  if (ca !== null && !PEM.test(ca)) {
    throw new InvalidInput(
      'ca',
      'This is no PEM certificate: it begins with -----BEGIN CERTIFICATE-----',
    );
  }
  if (ca !== null && isPlain && !startTls) {
    throw new InvalidInput('ca', 'Without TLS there is no certificate to check');
  }
}

function assertSearch(noun: 'users' | 'groups', settings: LdapSettings): void {
  const { filter, attributes } = settings[noun];
  // RFC 4515 §3: every filter stands in parentheses.
  if (!filter.startsWith('(') || !filter.endsWith(')')) {
    throw new InvalidInput(
      `${noun}.filter`,
      'An LDAP filter begins with "(" and ends with ")", such as (objectClass=person)',
    );
  }
  try {
    toFilter(noun, filter);
  } catch (error) {
    throw error instanceof ServerFault
      ? new InvalidInput(`${noun}.filter`, `T${error.message.slice(1)}`)
      : error;
  }
  for (const [name, attribute] of Object.entries(attributes)) {
    if (!ATTRIBUTE.test(attribute)) {
      throw new InvalidInput(
        `${noun}.attributes.${name}`,
        'An attribute is named by letters, digits and "-" beginning with a letter, such as entryUUID, or by its OID',
      );
    }
  }
}
