import type { InjectOptions, LightMyRequestResponse } from 'fastify';

export type Answer = Pick<
  LightMyRequestResponse,
  'statusCode' | 'headers' | 'body' | 'cookies' | 'json'
>;

/** Where requests go in: an application in this process, or one behind a socket. */
export interface Door {
  inject(request: InjectOptions): Promise<Answer>;
}

/** A browser without a screen: it keeps cookies with their paths and follows redirects as long as they stay here. */
export class Browser {
  readonly #door: Door;
  readonly #origin: string;
  readonly #cookies = new Map<string, { value: string; path: string }>();

  constructor(door: Door, origin: string) {
    this.#door = door;
    this.#origin = origin;
  }

  async get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send({ method: 'GET', url, headers });
  }

  async post(url: string, payload: object = {}): Promise<Answer> {
    return this.send({
      method: 'POST',
      url,
      payload,
      headers: { 'sec-fetch-site': 'same-origin' },
    });
  }

  async send(options: InjectOptions): Promise<Answer> {
    const path = String(options.url).replace(this.#origin, '');
    const response = await this.#door.inject({
      ...options,
      url: path,
      headers: { ...options.headers, cookie: this.#cookieHeader(path) },
    });
    for (const { name, value, path: scope = '/', expires } of response.cookies) {
      if (value === '' || (expires && expires.getTime() < Date.now())) {
        this.#cookies.delete(name);
      } else {
        this.#cookies.set(name, { value, path: scope });
      }
    }
    return response;
  }

  /** Follows redirects until one leaves this origin or a page answers; says where it ended. */
  async follow(url: string): Promise<{ url: string; response: Answer }> {
    let target = url;
    for (let hops = 0; hops < 10; hops += 1) {
      const response = await this.get(target);
      const { location } = response.headers;
      if (!location || response.statusCode < 300 || response.statusCode >= 400) {
        return { url: target, response };
      }
      target = new URL(location, new URL(target, this.#origin)).href;
      if (!target.startsWith(`${this.#origin}/`)) {
        return { url: target, response };
      }
    }
    throw new Error(`too many redirects, last to ${target}`);
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)?.value;
  }

  /** Another browser with the same cookies: what a thief of them would have. */
  copy(): Browser {
    const other = new Browser(this.#door, this.#origin);
    for (const [name, cookie] of this.#cookies) {
      other.#cookies.set(name, cookie);
    }
    return other;
  }

  #cookieHeader(url: string): string {
    const { pathname } = new URL(url, this.#origin);
    return [...this.#cookies]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }
}
