import { connect as connectPlain, isIP, Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecure } from 'node:tls';
import {
  Client,
  type Filter,
  PagedResultsControl,
  ResultCodeError,
  SearchRequest,
  type SearchResponse,
  StatusCodeParser,
} from 'ldapts';
import type { LdapSettings } from '../settings/settings.types.ts';
import { type ClientError, type FaultReason, ServerFault } from './server-fault.ts';

/** An entry as the directory gives it: values are bytes, and attributes have their names in lower case. */
export interface LdapEntry {
  dn: string;
  values: Map<string, Buffer[]>;
}

export interface LdapPage {
  entries: LdapEntry[];

  /** Where else the directory says that there may be more. */
  references: string[];

  /** What to ask for the next page with; null after the last. */
  cookie: Buffer | null;
}

export interface LdapSearch {
  base: string;
  scope: 'base' | 'sub';
  filter: Filter;
  attributes: string[];

  /** Entries of one page; without it no pages are asked for. */
  pageSize?: number;
  cookie?: Buffer | null;
  sizeLimit?: number;
}

/** How a failure is told. */
export interface Telling {
  /** The beginning of the sentence that the server's own words end. */
  sentence: string;
  reasonOf(error: ClientError): FaultReason;
}

/** One connection to a directory, opened once. What does not work is thrown as a `ServerFault`. */
export class LdapConnection {
  readonly settings: LdapSettings;
  readonly #timeoutMs: number;
  readonly #client: Client;
  readonly #isSecure: boolean;
  readonly #ended = Promise.withResolvers<never>();
  #socket = new Socket();
  #messageId = 1_000_000;

  /** Each request is given this time, once the connection is open. */
  constructor(settings: LdapSettings, timeoutMs: number) {
    this.settings = settings;
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
    const { url, startTls } = this.settings;
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
    const { url, bind } = this.settings;
    await this.#told(this.#client.bind(bind.dn, bind.password), {
      sentence: `${url} does not let "${bind.dn}" in`,
      reasonOf: (error) =>
        error instanceof ResultCodeError ? 'AuthenticationFailed' : 'ConnectionFailed',
    });
    return `${url} lets "${bind.dn}" in`;
  }

  async search(search: LdapSearch, telling: Telling): Promise<LdapPage> {
    return this.#told(this.#search(search), telling);
  }

  close(): void {
    this.#socket.on('error', () => {}).destroy();
  }

  /**
   * Past the search of ldapts, which takes a page without entries for the last one. Active Directory sends such pages
   * in the middle, and whoever comes after them would be taken for gone.
   */
  async #search({ pageSize, cookie, sizeLimit = 0, ...search }: LdapSearch): Promise<LdapPage> {
    const page = { size: pageSize ?? 0, ...(cookie && { cookie }) };
    const request = new SearchRequest({
      messageId: ++this.#messageId,
      baseDN: search.base,
      scope: search.scope,
      filter: search.filter,
      attributes: search.attributes,
      sizeLimit,
      timeLimit: Math.ceil(this.#timeoutMs / 1000),
      ...(pageSize && { controls: [new PagedResultsControl({ value: page })] }),
    });
    // biome-ignore lint/complexity/useLiteralKeys: ldapts declares it private, and this is how TypeScript reaches it
    const response: SearchResponse = await this.#client['_send'](request);
    const isEnough = sizeLimit > 0 && response.status === SIZE_LIMIT_EXCEEDED;
    if (response.status !== 0 && !isEnough) {
      throw StatusCodeParser.parse(response);
    }
    const control = response.controls?.find((one) => one instanceof PagedResultsControl);
    const next = control?.value?.cookie;
    return {
      entries: response.searchEntries.map(toEntry),
      references: response.searchReferences.flatMap(({ uris }) => uris),
      cookie: next?.length ? next : null,
    };
  }

  async #connect(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { host, port } = addressOf(this.settings.url);
    const socket = this.#isSecure
      ? connectSecure({ ...this.#tlsOptions(), port: port || 636 }, resolve)
      : connectPlain({ host, port: port || 389 }, resolve);
    this.#socket = socket.on('error', reject);
    socket.once('close', () => this.#ended.reject(new Error('it hung up')));
    await promise;
  }

  #tlsOptions(): ConnectionOptions {
    const { url, ca, insecureSkipVerify } = this.settings;
    const { host } = addressOf(url);
    return {
      host,
      // RFC 6066 §3: an address is no server name.
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca && { ca }),
      rejectUnauthorized: !insecureSkipVerify,
    };
  }

  async #told<Outcome>(
    outcome: Promise<Outcome>,
    { sentence, reasonOf }: Telling,
  ): Promise<Outcome> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })),
      this.#timeoutMs,
    );
    try {
      // After TLS was started, ldapts does not notice an end.
      return await Promise.race([outcome, this.#ended.promise, late.promise]);
    } catch (error) {
      throw ServerFault.from(inWords(error as ClientError), {
        server: this.settings.url,
        timeoutMs: this.#timeoutMs,
        password: this.settings.bind.password,
        otherwise: reasonOf(error as ClientError),
        sentence,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

// RFC 4511 §4.1.9.
const SIZE_LIMIT_EXCEEDED = 4;

function toEntry({ name, attributes }: SearchResponse['searchEntries'][number]): LdapEntry {
  const values = attributes.map(({ type, parsedBuffers }): [string, Buffer[]] => [
    type.toLowerCase(),
    parsedBuffers,
  ]);
  return { dn: name, values: new Map(values) };
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
