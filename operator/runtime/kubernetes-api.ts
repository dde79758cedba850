import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { type Dispatcher, fetch } from 'undici';

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
  };
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

const ANSWER_MS = 30_000;

/**
 * JSON over HTTP to the API server, signed in as the kubeconfig or the service account says. The library knows
 * certificates, tokens and proxies; its own watch and informer stop at the first network error.
 */
export class KubernetesApi {
  readonly #config: KubeConfig;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  async send<Answer>(request: KubernetesRequest): Promise<Answer> {
    const limit = AbortSignal.timeout(ANSWER_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
    const response = await this.open({ ...request, signal });
    return (await response.json()) as Answer;
  }

  /** The answer before its body was read; for watches, which have no end. */
  async open({ method = 'GET', path, query = {}, body, contentType, signal }: KubernetesRequest) {
    const url = new URL(this.#server + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) {
        url.searchParams.set(name, value);
      }
    }
    const context = new RequestContext(url.href, HttpMethod.GET);
    await this.#config.applySecurityAuthentication(context);
    const response = await fetch(url, {
      method,
      headers: { ...context.getHeaders(), 'content-type': contentType ?? 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
      dispatcher: context.getDispatcher() as unknown as Dispatcher,
    });
    if (!response.ok) {
      throw toError(response.status, await response.text(), response.headers.get('retry-after'));
    }
    return response;
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

  get #server(): string {
    const cluster = this.#config.getCurrentCluster();
    if (!cluster) {
      throw new Error('the kubeconfig names no cluster');
    }
    return cluster.server.replace(/\/$/, '');
  }
}

/** Null instead of the error for what is not there. */
export function nullWhenAbsent(error: unknown): null {
  if (error instanceof KubernetesError && error.code === 404) {
    return null;
  }
  throw error;
}

function toError(status: number, text: string, retryAfter: string | null): KubernetesError {
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
