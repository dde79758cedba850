import type { InjectOptions } from 'fastify';
import type { Answer, Door } from '../browser.ts';

/** What is no secret although it looks like one, by the name under which it is sent. */
const PUBLIC = new Set([
  'attestationObject',
  'authenticatorData',
  'client_id',
  'code_challenge',
  'iss',
  'issuer',
  'id',
  'kid',
  'name',
  'publicKey',
  'rawId',
  'redirect_uri',
  'scope',
  'sid',
  'sub',
  'title',
  'uid',
  'userHandle',
]);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ENTROPIC = /^(?=.*\d)[\w.~+/=-]{16,}$/;

export interface Exchange {
  request: string;
  answer: Answer;
}

/**
 * A door that keeps what goes through it, and every value in it that could open something. What is a secret is told by
 * its looks, so that a new endpoint is guarded without a word about it.
 */
export class Witness implements Door {
  readonly secrets = new Map<string, string>();
  readonly exchanges: Exchange[] = [];
  readonly #door: Door;

  constructor(door: Door) {
    this.#door = door;
  }

  async inject(options: InjectOptions): Promise<Answer> {
    const answer = await this.#door.inject(options);
    const { url, payload, headers = {} } = options;
    this.#noteAddress(String(url));
    this.#noteBody(payload);
    this.#noteAuthorization(headers.authorization);
    this.#noteAnswer(answer);
    const request = JSON.stringify([decodeURIComponent(String(url)), payload, headers]);
    this.exchanges.push({ request, answer });
    return answer;
  }

  note(name: string, value: unknown): void {
    const isKnown = this.secrets.has(String(value));
    if (typeof value === 'string' && !isKnown && ENTROPIC.test(value) && !UUID.test(value)) {
      this.secrets.set(value, name);
    }
  }

  noteLinks(text: string): void {
    for (const [link] of text.matchAll(/https?:\/\/[^\s"<>]+/g)) {
      this.#noteAddress(link);
    }
  }

  #noteAddress(address: string): void {
    const { pathname, searchParams } = new URL(address, 'https://id.example.com');
    for (const part of pathname.split('/')) {
      // Pages and files are named in words.
      if (part.length > 32) {
        this.note('path', part);
      }
    }
    this.#noteFields(Object.fromEntries(searchParams));
  }

  #noteBody(payload: unknown): void {
    if (typeof payload === 'string') {
      this.#noteFields(Object.fromEntries(new URLSearchParams(payload)));
    } else {
      this.#noteFields(payload);
    }
  }

  #noteAuthorization(value: unknown): void {
    const [scheme, credentials = ''] = String(value ?? '').split(' ');
    this.note('authorization', credentials);
    if (scheme === 'Basic') {
      this.note('client_secret', Buffer.from(credentials, 'base64').toString().split(':')[1]);
    }
  }

  #noteAnswer({ headers, body, cookies }: Answer): void {
    for (const { name, value } of cookies) {
      this.note(`cookie ${name}`, value);
    }
    if (headers.location) {
      this.#noteAddress(String(headers.location));
    }
    const type = String(headers['content-type']);
    if (type.startsWith('application/json')) {
      this.#noteFields(JSON.parse(body));
    } else if (type.startsWith('text/html')) {
      this.note('xsrf', /xsrf&quot;:&quot;([^&]+)/.exec(body)?.[1]);
    }
  }

  #noteFields(value: unknown, name = ''): void {
    if (PUBLIC.has(name)) {
      return;
    }
    if (typeof value === 'string') {
      // Of a URN, the end.
      this.note(name, value.split(':').at(-1));
      this.#noteChallenge(name, value);
      if (/^https?:/.test(value)) {
        this.#noteAddress(value);
      }
    } else if (value && typeof value === 'object') {
      for (const [field, inner] of Object.entries(value)) {
        this.#noteFields(inner, Array.isArray(value) ? name : field);
      }
    }
  }

  #noteChallenge(name: string, value: string): void {
    if (name === 'clientDataJSON') {
      this.note('challenge', JSON.parse(Buffer.from(value, 'base64url').toString()).challenge);
    }
  }
}
