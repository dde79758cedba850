import { toServerWords } from '../mail/server-words.ts';

export type FaultReason =
  | 'HostNotFound'
  | 'ConnectionFailed'
  | 'TLSFailed'
  | 'AuthenticationFailed'
  | 'SenderRefused'
  | 'BaseDNNotFound'
  | 'FilterInvalid'
  | 'SearchFailed'
  | 'Timeout';

/** What Node and the two client libraries tell about a failure. */
export interface ClientError extends Error {
  code?: string | number | undefined;

  /** The system's own code, where a library put its own in place of it. */
  originalCode?: string | undefined;

  /** What the server said, where it said anything. */
  response?: string | undefined;

  /** Where a name has several addresses: what came of each. */
  errors?: Error[];
}

export interface FaultContext {
  /** The server, as messages name it. */
  server: string;
  timeoutMs: number;

  /** What must not appear, whatever the server says. */
  password: string | null;

  /** What it is when neither TLS nor patience is to blame. */
  otherwise: FaultReason;

  /** The beginning of the sentence that the server's own words end. */
  sentence: string;
}

/** The names that OpenSSL and Node give to handshakes and certificates that went wrong. */
const TLS_CODE =
  /^(ETLS$|EPROTO$|ERR_(SSL|TLS|OSSL)_|CERT_|CRL_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_|INVALID_(CA|PURPOSE))/;
const TLS_MESSAGE = /before secure TLS connection was established/;

/** Of Node, and of nodemailer in its place. */
const NAME_CODE = /^(ENOTFOUND|EAI_AGAIN|EDNS)$/;

/** Of no use to who can only edit a resource. */
const NODE_ADVICE = /; if the root CA is installed locally, try running Node\.js with .*$/;

/** Why a server cannot be used: in a word for programs, and in a sentence for people. */
export class ServerFault extends Error {
  readonly reason: FaultReason;

  constructor(reason: FaultReason, sentence: string) {
    super(sentence);
    this.name = 'ServerFault';
    this.reason = reason;
  }

  static late(server: string, timeoutMs: number): ServerFault {
    return new ServerFault('Timeout', `${server} did not answer within ${timeoutMs / 1000} s`);
  }

  static from(error: ClientError, context: FaultContext): ServerFault {
    const { server, timeoutMs, password, otherwise, sentence } = context;
    const codes = [error.code, error.originalCode].map(String);
    if (codes.includes('ETIMEDOUT')) {
      return ServerFault.late(server, timeoutMs);
    }
    const words = toServerWords(wordsOf(error), password);
    if (codes.some((code) => NAME_CODE.test(code))) {
      return new ServerFault(
        'HostNotFound',
        `${sentence}, because its name is not known: ${words}`,
      );
    }
    return codes.some((code) => TLS_CODE.test(code)) || TLS_MESSAGE.test(error.message)
      ? new ServerFault('TLSFailed', `TLS with ${server} failed: ${words}`)
      : new ServerFault(otherwise, `${sentence}: ${words}`);
  }
}

function wordsOf({ response, message, errors = [] }: ClientError): string {
  const words = response || message || errors.map((error) => error.message).join('; ');
  return words.replace(NODE_ADVICE, '');
}
