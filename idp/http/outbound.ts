import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { Agent, fetch, type RequestInit, type Response } from 'undici';

/** Where it may go besides public addresses: CIDRs. */
export interface OutboundOptions {
  privateNetworks: string[];
}

/** Like `fetch`, for URLs that somebody else chose: no redirects, no long waits, no large answers. */
export type Outbound = (url: string | URL, init?: RequestInit) => Promise<Response>;

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 512 * 1024;

/** The name leads into a network that Permiso must not be used to look around in. */
class AddressNotAllowed extends Error {
  constructor(host: string, address: string) {
    const where = host === address ? `"${host}"` : `"${host}" is at ${address}, which`;
    super(`${where} is no public address; OUTBOUND_PRIVATE_NETWORKS can allow it`);
    this.name = 'AddressNotAllowed';
  }
}

/**
 * Calls that settings ask for (back-channel logout, key sets) must not reach what only Permiso can: cloud metadata,
 * the API server, neighbours. Judged is the address that is connected to, after the name was resolved.
 */
export function createOutbound({ privateNetworks }: OutboundOptions): Outbound {
  const allowed = privateNetworks.map((network) => ipaddr.parseCIDR(network));
  const mayReach = (text: string) => {
    const address = ipaddr.process(text);
    return (
      address.range() === 'unicast' ||
      allowed.some(([network, bits]) => isWithin(address, network, bits))
    );
  };
  const dispatcher = new Agent({
    allowH2: false,
    maxResponseSize: MOST_BYTES,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    keepAliveTimeout: 1_000,
    connect: {
      timeout: TIMEOUT_MS,
      lookup: (host, options, answer) => lookUpAllowed(host, { options, answer, mayReach }),
    },
  });

  return async (url, init = {}) => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    // Only names are looked up; an address is connected to as it stands.
    if (ipaddr.isValid(host) && !mayReach(host)) {
      throw new AddressNotAllowed(host, host);
    }
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return fetch(url, { ...init, dispatcher, redirect: 'manual', signal });
  };
}

type Address = ReturnType<typeof ipaddr.process>;

/** Networks of the other family hold none of its addresses. */
function isWithin(address: Address, network: Address, bits: number): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

type Answer = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

interface LookUp {
  options: LookupOptions;
  answer: Answer;
  mayReach(address: string): boolean;
}

/** A name with one bad address among good ones is refused whole: which one is taken is not ours to choose. */
function lookUpAllowed(host: string, { options, answer, mayReach }: LookUp): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    const bad = addresses?.find(({ address }) => !mayReach(address));
    if (error || bad || !first) {
      answer(error ?? new AddressNotAllowed(host, bad?.address ?? 'no address'), '');
    } else if (options.all) {
      answer(null, addresses);
    } else {
      answer(null, first.address, first.family);
    }
  });
}

const WORDS: Record<string, string> = {
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${TIMEOUT_MS / 1000} seconds`,
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: `the answer is larger than ${MOST_BYTES / 1024} KiB`,
};

/** What went wrong with a call, in words for whoever set its URL. */
export function describeOutboundFault(error: unknown): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') {
    return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  }
  const { code = '', message } = (cause ?? error) as NodeJS.ErrnoException;
  return WORDS[code] ?? message;
}
