import { connect as connectPlain, isIP, Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecure } from 'node:tls';
import { Client, type Filter, FilterParser, ResultCodeError } from 'ldapts';
import {
  type ClientError,
  type FaultReason,
  type LdapSettings,
  ServerFault,
  toServerWords,
} from '#core';

// RFC 4511 §4.1.9: noSuchObject, invalidDNSyntax …
const BASE_CODES = [32, 34];
// … and protocolError, undefinedAttributeType, inappropriateMatching, invalidAttributeSyntax.
const FILTER_CODES = [2, 17, 18, 21];

/** One connection to a directory, opened once. Each function says what works, or throws a `ServerFault`. */
export class LdapConnection {
  readonly #settings: LdapSettings;
  readonly #timeoutMs: number;
  readonly #client: Client;
  readonly #isSecure: boolean;
  readonly #ended = Promise.withResolvers<never>();
  #socket = new Socket();

  constructor(settings: LdapSettings, timeoutMs: number) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#isSecure = settings.url.startsWith('ldaps:');
    // ldapts connects anew by itself when a connection ends, without the TLS that was started on it. So that the
    // password never goes there, it only ever gets the socket that was opened here. By ldap:// it takes any; one with
    // TLS is protected already.
    const createConnection = () => this.#socket;
    this.#client = new Client({ url: settings.url.replace('ldaps:', 'ldap:'), createConnection });
    // An end that nobody waits for is none of our business.
    this.#ended.promise.catch(() => {});
  }

  async open(): Promise<string> {
    const { url, startTls } = this.#settings;
    await this.#told(this.#connect(), {
      sentence: `no connection to ${url}`,
      reasonOf: () => 'ConnectionFailed',
    });
    if (startTls) {
      await this.#told(this.#client.startTLS(this.#tlsOptions()), {
        sentence: `${url} does not start TLS`,
        reasonOf: () => 'TLSFailed',
      });
    }
    const protection = startTls ? 'StartTLS' : 'TLS';
    return `${url} answers, protected by ${startTls || this.#isSecure ? protection : 'nothing'}`;
  }

  async bind(): Promise<string> {
    const { url, bind } = this.#settings;
    await this.#told(this.#client.bind(bind.dn, bind.password), {
      sentence: `${url} does not let "${bind.dn}" in`,
      reasonOf: (error) =>
        error instanceof ResultCodeError ? 'AuthenticationFailed' : 'ConnectionFailed',
    });
    return `${url} lets "${bind.dn}" in`;
  }

  async search(): Promise<string> {
    const { users, groups, baseDn } = this.#settings;
    const filters = { users: parse('users', users.filter), groups: parse('groups', groups.filter) };
    await this.#readBase();
    const people = (await this.#finds('users', filters.users)) ? 'people' : 'nobody';
    const teams = (await this.#finds('groups', filters.groups)) ? 'groups' : 'no groups';
    return `the filters find ${people} and ${teams} below "${baseDn}"`;
  }

  close(): void {
    this.#socket.on('error', () => {}).destroy();
  }

  async #connect(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { host, port } = addressOf(this.#settings.url);
    const socket = this.#isSecure
      ? connectSecure({ ...this.#tlsOptions(), port: port || 636 }, resolve)
      : connectPlain({ host, port: port || 389 }, resolve);
    this.#socket = socket.on('error', reject);
    socket.once('close', () => this.#ended.reject(new Error('it hung up')));
    await promise;
  }

  #tlsOptions(): ConnectionOptions {
    const { url, ca, insecureSkipVerify } = this.#settings;
    const { host } = addressOf(url);
    return {
      host,
      // RFC 6066 §3: an address is no server name.
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca && { ca }),
      rejectUnauthorized: !insecureSkipVerify,
    };
  }

  /** A directory that hides its entries answers with nothing instead of a refusal. */
  async #readBase(): Promise<void> {
    const { url, baseDn } = this.#settings;
    const sentence = `${url} has no "${baseDn}" that "${this.#settings.bind.dn}" may read`;
    const search = this.#client.search(baseDn, {
      scope: 'base',
      sizeLimit: 1,
      attributes: ['1.1'],
    });
    const { searchEntries } = await this.#told(search, {
      sentence,
      reasonOf: toReason(BASE_CODES, 'BaseDNNotFound'),
    });
    if (searchEntries.length === 0) {
      throw new ServerFault('BaseDNNotFound', sentence);
    }
  }

  async #finds(noun: string, filter: Filter): Promise<boolean> {
    const search = this.#client.search(this.#settings.baseDn, {
      scope: 'sub',
      filter,
      sizeLimit: 1,
      timeLimit: Math.ceil(this.#timeoutMs / 1000),
      attributes: ['1.1'],
    });
    const { searchEntries } = await this.#told(search, {
      sentence: `${this.#settings.url} does not search by the filter for ${noun}`,
      reasonOf: toReason(FILTER_CODES, 'FilterInvalid'),
    });
    return searchEntries.length > 0;
  }

  #told<Outcome>(
    outcome: Promise<Outcome>,
    { sentence, reasonOf }: { sentence: string; reasonOf: (error: ClientError) => FaultReason },
  ): Promise<Outcome> {
    // After TLS was started, ldapts does not notice an end.
    return Promise.race([outcome, this.#ended.promise]).catch((error: ClientError) => {
      throw ServerFault.from(inWords(error), {
        server: this.#settings.url,
        timeoutMs: this.#timeoutMs,
        password: this.#settings.bind.password,
        otherwise: reasonOf(error),
        sentence,
      });
    });
  }
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Many directories refuse by a number alone; ldapts has the name for it, and glues the number to the text. */
function inWords(error: ClientError): ClientError {
  if (error instanceof ResultCodeError) {
    const name = `${error.name.replace(/Error$/, '')} (${error.code})`;
    const text = error.message.replace(/ ?Code: 0x[0-9a-f]+$/, '');
    return Object.assign(error, { response: text ? `${name}: ${text}` : name });
  }
  return error;
}

function parse(noun: string, filter: string): Filter {
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
