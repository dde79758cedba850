import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '#core';
import { idOf, keyOf, type Resource, type ResourceId } from '../runtime/resource.ts';
import type { Source } from '../runtime/source.ts';
import { type Rejection, readFolder } from './folder.reader.ts';

/** An editor writes in several steps; this long after the last one the folder is read. */
const SETTLE_MS = 100;

/** Behind the watch, which network file systems may not support. */
const REREAD_MS = 30_000;

export interface FolderOptions {
  folder: string;
  /** What this folder declared when it was last read, as the registry remembers it. */
  remembered: Resource[];
  log: Logger;
}

/** Resources from a folder of YAML. Removing a file retires what it declared, also while nobody was looking. */
export class FolderSource implements Source {
  readonly #options: FolderOptions;
  readonly #resources: Map<string, Resource>;
  #told = new Set<string>();
  #onChange: (id: ResourceId) => void = () => {};

  constructor(options: FolderOptions) {
    this.#options = options;
    this.#resources = new Map(
      options.remembered.map((resource) => [keyOf(idOf(resource)), resource]),
    );
  }

  find(id: ResourceId): Resource | null {
    return this.#resources.get(keyOf(id)) ?? null;
  }

  list(): ResourceId[] {
    return [...this.#resources.values()].map(idOf);
  }

  /** A file is remembered by the registry as soon as it was reconciled once. */
  async claim(): Promise<void> {}

  /** The controller's log line is all the report that a file has. */
  async report(): Promise<void> {}

  async release(resource: Resource): Promise<void> {
    const key = keyOf(idOf(resource));
    if (this.#resources.get(key)?.metadata.deletionTimestamp) {
      this.#resources.delete(key);
    }
  }

  async start(onChange: (id: ResourceId) => void, signal: AbortSignal): Promise<void> {
    this.#onChange = onChange;
    const changes = watchFolder(this.#options.folder, signal);
    await this.#read();
    for (const id of this.list()) {
      onChange(id);
    }
    void this.#keepReading(changes, signal);
  }

  async #keepReading(changes: FolderChanges, signal: AbortSignal): Promise<void> {
    const { folder, log } = this.#options;
    while (!signal.aborted) {
      await changes.next(REREAD_MS);
      await sleep(SETTLE_MS);
      if (!signal.aborted) {
        await this.#read().catch((err) => log.error({ err, folder }, 'folder cannot be read'));
      }
    }
  }

  async #read(): Promise<void> {
    const { resources, rejections } = await readFolder(this.#options.folder, (id) => this.find(id));
    for (const rejection of rejections) {
      if (rejection.id && !resources.has(keyOf(rejection.id))) {
        resources.set(keyOf(rejection.id), this.#refuse(rejection.id, rejection));
      }
    }
    for (const resource of resources.values()) {
      this.#keep(resource);
    }
    // While some file is no YAML, nobody can tell what it declares: then nothing is taken for removed.
    if (rejections.every(({ id }) => id)) {
      this.#dismissAllBut(resources);
    }
    this.#tell(rejections);
  }

  /** The newest version is wrong: what was accepted before stands, as after a refused `kubectl apply`. */
  #refuse(id: ResourceId, { file, message }: Rejection): Resource {
    const accepted = this.find(id);
    const { kind, ...metadata } = id;
    const known = accepted ?? {
      kind,
      metadata: { ...metadata, uid: '', generation: 0 },
      spec: null,
    };
    return { ...known, rejection: `${file}: ${message}` };
  }

  #keep(resource: Resource): void {
    const key = keyOf(idOf(resource));
    const before = this.#resources.get(key);
    this.#resources.set(key, resource);
    if (!isDeepStrictEqual(before, resource)) {
      this.#onChange(idOf(resource));
    }
  }

  #dismissAllBut(present: Map<string, Resource>): void {
    const deletionTimestamp = new Date().toISOString();
    for (const [key, resource] of this.#resources) {
      if (!present.has(key) && !resource.metadata.deletionTimestamp) {
        this.#keep({ ...resource, metadata: { ...resource.metadata, deletionTimestamp } });
      }
    }
  }

  #tell(rejections: Rejection[]): void {
    const now = new Map(rejections.map((rejection) => [JSON.stringify(rejection), rejection]));
    for (const [text, { file, field, message }] of now) {
      if (!this.#told.has(text)) {
        this.#options.log.warn({ file, field, reason: message }, 'manifest refused');
      }
    }
    this.#told = new Set(now.keys());
  }
}

interface FolderChanges {
  /** Resolves at the next change, or when this many milliseconds have passed. */
  next(timeout: number): Promise<void>;
}

function watchFolder(folder: string, signal: AbortSignal): FolderChanges {
  let changed = Promise.withResolvers<void>();
  watch(folder, { signal }, () => changed.resolve()).on('error', () => {});
  signal.addEventListener('abort', () => changed.resolve(), { once: true });

  return {
    async next(timeout) {
      const timer = new AbortController();
      const late = sleep(timeout, undefined, { signal: timer.signal, ref: false }).catch(() => {});
      await Promise.race([changed.promise, late]);
      timer.abort();
      if (!signal.aborted) {
        changed = Promise.withResolvers();
      }
    },
  };
}
