import type { Dispatcher } from 'undici';
import type { ClusterAccess } from './cluster-access.ts';

/** The API server's no, in its own words; `code` is the HTTP status. */
export class KubernetesError extends Error {
  readonly code: number;
  readonly reason: string;

  /** Milliseconds the server asks us to wait. */
  readonly retryAfter: number;

  constructor(code: number, reason: string, message: string, retryAfter = 0) {
    super(message);
    this.name = 'KubernetesError';
    this.code = code;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

export interface KubernetesRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  body?: object;
  contentType?: string;

  /** Milliseconds without a word from the server after which the request has failed. */
  patience?: number;
  signal?: AbortSignal;
}

export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    deletionTimestamp?: string;
    ownerReferences?: OwnerReference[];
    managedFields?: unknown;
  };

  /** The values of a Secret, base64. */
  data?: Record<string, string>;
}

interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Whose fields server-side apply writes; one name for everything the operator does. */
const FIELD_MANAGER = 'permiso-operator';

const PATIENCE_MS = 30_000;

/** Certificates and tokens are read anew after this long; a refused token is the other reason. */
const IDENTITY_MS = 5 * 60_000;

interface Identity {
  headers: Record<string, string>;
  dispatcher: Dispatcher;
  since: number;
}

/**
 * JSON over HTTP to the API server. Connections are kept: the client library would make a new pool for every request,
 * and its watch and informer stop at the first network error.
 */
export class KubernetesApi {
  readonly #access: ClusterAccess;
  readonly #former = new Set<Dispatcher>();
  #identity: Identity | null = null;

  constructor(access: ClusterAccess) {
    this.#access = access;
  }

  async send<Answer>(request: KubernetesRequest): Promise<Answer> {
    const { body } = await this.open(request);
    return (await body.json()) as Answer;
  }

  /** The answer before its body was read; for watches, which have no end. */
  async open(request: KubernetesRequest): Promise<Dispatcher.ResponseData> {
    const response = await this.#exchange(request);
    const { statusCode, headers, body } = response;
    if (statusCode < 300) {
      return response;
    }
    if (statusCode === 401) {
      this.#forgetIdentity();
    }
    throw toError(statusCode, await body.text(), headers['retry-after']);
  }

  async #exchange(request: KubernetesRequest): Promise<Dispatcher.ResponseData> {
    const { method = 'GET', path, query = {}, body, contentType, signal } = request;
    const url = new URL(this.#access.server + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) {
        url.searchParams.set(name, value);
      }
    }
    const { patience = PATIENCE_MS } = request;
    const { headers, dispatcher } = await this.#identify();
    // Not `fetch`, which costs twice the time.
    return dispatcher.request({
      path: url.pathname + url.search,
      method,
      headers: { ...headers, 'content-type': contentType ?? 'application/json' },
      headersTimeout: patience,
      bodyTimeout: patience,
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  }

  async #identify(): Promise<Identity> {
    if (this.#identity && Date.now() - this.#identity.since > IDENTITY_MS) {
      this.#forgetIdentity();
    }
    if (!this.#identity) {
      const identity = await this.#access.identify();
      this.#identity ??= { ...identity, since: Date.now() };
    }
    return this.#identity;
  }

  /** Requests under way, watches among them, finish on the old connections. */
  #forgetIdentity(): void {
    const { dispatcher } = this.#identity ?? {};
    this.#identity = null;
    if (dispatcher) {
      this.#former.add(dispatcher);
      void dispatcher.close().finally(() => this.#former.delete(dispatcher));
    }
  }

  /**
   * For when nobody knows which connections still lead anywhere: makes new ones from here on, and has everything
   * fail that is under way on the old ones.
   */
  reconnect(): void {
    this.#forgetIdentity();
    for (const dispatcher of this.#former) {
      void dispatcher.destroy();
    }
  }

  /** Server-side apply: the object's fields become ours, all others stay as they are. */
  apply<T extends KubernetesObject>(path: string, body: KubernetesObject): Promise<T> {
    return this.send({
      method: 'PATCH',
      path,
      query: { fieldManager: FIELD_MANAGER, force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body,
    });
  }
}

/** Null instead of the error for what is not there. */
export function nullWhenAbsent(error: unknown): null {
  if (error instanceof KubernetesError && error.code === 404) {
    return null;
  }
  throw error;
}

function toError(status: number, text: string, retryAfter?: string | string[]): KubernetesError {
  const wait = Number(retryAfter ?? 0) * 1000;
  try {
    const { reason = '', message = text } = JSON.parse(text);
    return new KubernetesError(status, reason, message, wait);
  } catch {
    return new KubernetesError(
      status,
      '',
      `the API server answers ${status}: ${text.slice(0, 200)}`,
      wait,
    );
  }
}
