import { Agent, request } from 'node:https';

/** How to reach an API server; plain data, so that it travels to the test workers. */
export interface KubeConnection {
  url: string;

  /** Base64 of PEM, as in a kubeconfig. */
  caData: string;
  token: string;
}

export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
}

/** The API server's no, in its own words. */
export class KubeError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, { message, reason }: { message?: string; reason?: string }) {
    super(message ?? `the API server answers ${code}`);
    this.name = 'KubeError';
    this.code = code;
    this.reason = reason ?? '';
  }
}

const ANSWER_MS = 30_000;

/**
 * JSON in, JSON out. The tests do not see the cluster through the client library that the operator uses, so that
 * both cannot be wrong in the same way.
 */
export class KubeClient {
  readonly connection: KubeConnection;
  readonly #agent: Agent;

  constructor(connection: KubeConnection) {
    this.connection = connection;
    const ca = Buffer.from(connection.caData, 'base64');
    this.#agent = new Agent({ ca, keepAlive: true });
  }

  async send<Answer>(question: KubeRequest): Promise<Answer> {
    const { code, text } = await this.#exchange(question);
    // A health check answers in plain text.
    const answer = text.startsWith('{') ? JSON.parse(text) : { message: text };
    if (code >= 400) {
      throw new KubeError(code, answer);
    }
    return answer;
  }

  /** Closes the idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  #exchange({ method, path, query, body, contentType = 'application/json' }: KubeRequest) {
    const url = new URL(path, this.connection.url);
    url.search = new URLSearchParams(query).toString();
    return new Promise<{ code: number; text: string }>((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method,
          agent: this.#agent,
          signal: AbortSignal.timeout(ANSWER_MS),
          headers: {
            Authorization: `Bearer ${this.connection.token}`,
            'Content-Type': contentType,
            'User-Agent': 'permiso-tests',
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
