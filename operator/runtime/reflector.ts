import { setTimeout as sleep } from 'node:timers/promises';
import { type KubernetesApi, KubernetesError, type KubernetesObject } from './kubernetes-api.ts';

export interface ReflectorOptions {
  /** The collection, such as `/apis/permisolabs.eu/v1alpha1/oidcclients`. */
  path: string;
  labelSelector?: string;

  /** Called after the store has changed; `before` is null for what is new, `now` for what is gone. */
  onChange(change: { before: KubernetesObject | null; now: KubernetesObject | null }): void;
  onRestart(error: unknown): void;
}

/** Small, because a page is in memory three times: as bytes, as text and as objects. */
const PAGE = '100';

/** The server ends a watch after this long; a bookmark comes about once a minute in between. */
const WATCH_SECONDS = 300;

/** So long without even a bookmark means that the connection is dead, whatever TCP believes. */
const SILENCE_MS = 100_000;
const FIRST_DELAY = 500;

/** Short, so that a server that is back has us back within a second; one that is busy says how long to wait. */
const LONGEST_DELAY = 1_000;

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubernetesObject & { code?: number; message?: string };
}

/**
 * A copy of one collection that stays true: list, then watch from there, for ever. Restarts, 410, 429, resets and
 * silence all end in the same place: look again, and tell what differs.
 */
export class Reflector {
  readonly store = new Map<string, KubernetesObject>();
  lastActivity = 0;
  readonly #api: KubernetesApi;
  readonly #options: ReflectorOptions;
  #version = '';
  #synced = Promise.withResolvers<void>();

  constructor(api: KubernetesApi, options: ReflectorOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** Resolves when the collection was listed once; goes on until the signal ends it. */
  async start(signal: AbortSignal): Promise<void> {
    void this.#run(signal);
    signal.addEventListener('abort', () => this.#synced.resolve(), { once: true });
    await this.#synced.promise;
  }

  /** Takes the answer to a write of ours, so that nobody has to wait until the watch repeats it. */
  keep(object: KubernetesObject): void {
    const key = keyOf(object);
    delete object.metadata.managedFields;
    if (this.store.get(key)?.metadata.uid === object.metadata.uid) {
      this.store.set(key, object);
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    let delay = 0;
    while (!signal.aborted) {
      try {
        await this.#look(signal);
        delay = 0;
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        this.#options.onRestart(error);
        const asked = error instanceof KubernetesError ? error.retryAfter : 0;
        delay = Math.min(Math.max(delay * 2, FIRST_DELAY), LONGEST_DELAY);
        await pause(asked || delay, signal);
      }
    }
  }

  /** One watch, after a list where we do not know where to go on. */
  async #look(signal: AbortSignal): Promise<void> {
    const isNew = this.#version === '';
    if (isNew) {
      await this.#list(signal);
      this.#synced.resolve();
    }
    try {
      await this.#watch(signal);
    } catch (error) {
      const isLost = error instanceof KubernetesError && error.code === 410;
      if (isLost) {
        this.#version = '';
      }
      // A server that has forgotten even what it has just listed is in trouble; asking it all day would not help it.
      if (!isLost || isNew) {
        throw error;
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const found = new Map<string, KubernetesObject>();
    let token: string | undefined;
    let version = '';
    do {
      const page = await this.#api.send<ListPage>({
        path: this.#options.path,
        query: { limit: PAGE, continue: token, labelSelector: this.#options.labelSelector },
        signal,
      });
      for (const object of page.items) {
        found.set(keyOf(object), object);
      }
      token = page.metadata.continue;
      version = page.metadata.resourceVersion;
    } while (token);

    for (const [key, object] of this.store) {
      if (!found.has(key)) {
        this.#remove(object);
      }
    }
    for (const object of found.values()) {
      this.#put(object);
    }
    this.#version = version;
    this.lastActivity = Date.now();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    this.lastActivity = Date.now();
    const { body } = await this.#api.open({
      path: this.#options.path,
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: `${Math.round(WATCH_SECONDS * (1 + Math.random()))}`,
        resourceVersion: this.#version,
        labelSelector: this.#options.labelSelector,
      },
      patience: SILENCE_MS,
      signal,
    });
    for await (const event of readEvents(body)) {
      this.#take(event);
    }
  }

  #take({ type, object }: WatchEvent): void {
    this.lastActivity = Date.now();
    if (type === 'ERROR') {
      throw new KubernetesError(object.code ?? 500, '', object.message ?? 'the watch failed');
    }
    if (type === 'DELETED') {
      this.#remove(object);
    } else if (type !== 'BOOKMARK') {
      this.#put(object);
    }
    this.#version = object.metadata.resourceVersion ?? this.#version;
  }

  #put(object: KubernetesObject): void {
    const key = keyOf(object);
    const before = this.store.get(key) ?? null;
    // Who wrote which field is half of an object, and a Secret's values have no business in our memory.
    delete object.metadata.managedFields;
    delete object.data;
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) {
      return;
    }
    // Deleted and made again while nobody looked: two objects, not one that changed.
    if (before && before.metadata.uid !== object.metadata.uid) {
      this.#remove(before);
      this.#put(object);
      return;
    }
    this.store.set(key, object);
    this.#options.onChange({ before, now: object });
  }

  #remove(object: KubernetesObject): void {
    const before = this.store.get(keyOf(object)) ?? null;
    this.store.delete(keyOf(object));
    if (before) {
      this.#options.onChange({ before, now: null });
    }
  }
}

interface ListPage {
  items: KubernetesObject[];
  metadata: { continue?: string; resourceVersion: string };
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        yield JSON.parse(line) as WatchEvent;
      }
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const jittered = ms * (0.8 + Math.random() * 0.4);
  await sleep(jittered, undefined, { signal, ref: false }).catch(() => {});
}
