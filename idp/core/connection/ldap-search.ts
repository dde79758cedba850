import {
  AndFilter,
  EqualityFilter,
  type Filter,
  FilterParser,
  OrFilter,
  ResultCodeError,
} from 'ldapts';
import { toServerWords } from '../mail/server-words.ts';
import type { LdapConnection, LdapPage, LdapSearch, Telling } from './ldap-connection.ts';
import { type ClientError, type FaultReason, ServerFault } from './server-fault.ts';

// RFC 4511 §4.1.9: noSuchObject, invalidDNSyntax …
const BASE_CODES = [32, 34];
// … and protocolError, undefinedAttributeType, inappropriateMatching, invalidAttributeSyntax.
const FILTER_CODES = [2, 17, 18, 21];

export type LdapNoun = 'users' | 'groups';

/** An attribute that has this value. It goes to the directory as such, and never through the text of a filter. */
export interface LdapCondition {
  attribute: string;
  value: string | Buffer;
}

/** A filter of the settings, and where conditions are given one of them besides. */
export function toFilter(noun: LdapNoun, text: string, anyOf: LdapCondition[] = []): Filter {
  const filter = parse(noun, text);
  const conditions = anyOf.map((condition) => new EqualityFilter(condition));
  return conditions.length === 0
    ? filter
    : new AndFilter({ filters: [filter, new OrFilter({ filters: conditions })] });
}

/** One page of what a filter finds below the base. */
export async function searchBelowBase(
  connection: LdapConnection,
  noun: LdapNoun,
  search: Omit<LdapSearch, 'base' | 'scope'>,
): Promise<LdapPage> {
  const { url, baseDn } = connection.settings;
  return connection.search(
    { base: baseDn, scope: 'sub', ...search },
    {
      sentence: `${url} does not search by the filter for ${noun}`,
      reasonOf: toReason(FILTER_CODES, 'FilterInvalid'),
    },
  );
}

/** A directory that hides its entries answers with nothing instead of a refusal. */
export async function readBase(connection: LdapConnection): Promise<void> {
  const { url, baseDn, bind } = connection.settings;
  const sentence = `${url} has no "${baseDn}" that "${bind.dn}" may read`;
  const telling: Telling = { sentence, reasonOf: toReason(BASE_CODES, 'BaseDNNotFound') };
  const { entries } = await connection.search(
    { base: baseDn, scope: 'base', filter: ANYTHING, attributes: ['1.1'], sizeLimit: 1 },
    telling,
  );
  if (entries.length === 0) {
    throw new ServerFault('BaseDNNotFound', sentence);
  }
}

/** Further attributes of one entry. */
export async function readEntry(
  connection: LdapConnection,
  dn: string,
  attributes: string[],
): Promise<LdapPage> {
  return connection.search(
    { base: dn, scope: 'base', filter: ANYTHING, attributes },
    {
      sentence: `${connection.settings.url} does not give the rest of "${dn}"`,
      reasonOf: toReason([], 'SearchFailed'),
    },
  );
}

/** Tries both filters as a synchronisation uses them. Says what they find. */
export async function trySearches(connection: LdapConnection): Promise<string> {
  const { users, groups, baseDn } = connection.settings;
  const filters = {
    users: toFilter('users', users.filter),
    groups: toFilter('groups', groups.filter),
  };
  await readBase(connection);
  const people = (await finds(connection, 'users', filters.users)) ? 'people' : 'nobody';
  const teams = (await finds(connection, 'groups', filters.groups)) ? 'groups' : 'no groups';
  return `the filters find ${people} and ${teams} below "${baseDn}"`;
}

const ANYTHING = FilterParser.parseString('(objectClass=*)');

async function finds(connection: LdapConnection, noun: LdapNoun, filter: Filter): Promise<boolean> {
  const search = { filter, sizeLimit: 1, attributes: ['1.1'] };
  return (await searchBelowBase(connection, noun, search)).entries.length > 0;
}

function parse(noun: LdapNoun, filter: string): Filter {
  try {
    // RFC 4515 §3 writes parentheses inside of values as \28 and \29. ldapts closes open ones as it likes.
    if (filter.split('(').length !== filter.split(')').length) {
      throw new Error('its parentheses do not match');
    }
    return FilterParser.parseString(filter);
  } catch (error) {
    const words = toServerWords((error as Error).message, null);
    throw new ServerFault('FilterInvalid', `the filter for ${noun} is not understood: ${words}`);
  }
}

function toReason(codes: number[], reason: FaultReason) {
  return (error: ClientError): FaultReason => {
    if (!(error instanceof ResultCodeError)) {
      return 'ConnectionFailed';
    }
    return codes.includes(error.code) ? reason : 'SearchFailed';
  };
}
