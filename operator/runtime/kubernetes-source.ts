import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '#core';
import { type Condition, toConditions } from './conditions.ts';
import type { Note } from './events.ts';
import { type KubernetesApi, type KubernetesObject, nullWhenAbsent } from './kubernetes-api.ts';
import type { Outcome } from './outcome.ts';
import { Reflector } from './reflector.ts';
import type { Resource, ResourceId } from './resource.ts';
import type { Source } from './source.ts';

/** Keeps a resource from going before what it declared is undone. */
const FINALIZER = 'permisolabs.eu/retire';

interface WatchedKind {
  kind: string;
  plural: string;
}

export interface KubernetesSourceOptions {
  api: KubernetesApi;
  apiVersion: string;
  kinds: WatchedKind[];

  /** Empty: all. */
  namespaces: string[];
  labelSelector?: string;
  tellEvent(regarding: KubernetesObject, note: Note): Promise<void>;
  onRestart(kind: string): void;
  log: Logger;
}

interface CustomObject extends KubernetesObject {
  spec?: unknown;
  status?: { conditions?: Condition[]; [field: string]: unknown };
}

/** Resources from an API server. */
export class KubernetesSource implements Source {
  readonly reflectors: Reflector[] = [];
  readonly #options: KubernetesSourceOptions;
  readonly #byKind = new Map<string, { plural: string; reflectors: Reflector[] }>();

  constructor(options: KubernetesSourceOptions) {
    this.#options = options;
  }

  async start(onChange: (id: ResourceId) => void, signal: AbortSignal): Promise<void> {
    const { kinds, namespaces } = this.#options;
    for (const { kind, plural } of kinds) {
      const scopes = namespaces.length > 0 ? namespaces : [undefined];
      const reflectors = scopes.map((namespace) =>
        this.#reflect(kind, this.#collection(plural, namespace), onChange),
      );
      this.#byKind.set(kind, { plural, reflectors });
      this.reflectors.push(...reflectors);
    }
    await Promise.all(this.reflectors.map((reflector) => reflector.start(signal)));
  }

  #reflect(kind: string, path: string, onChange: (id: ResourceId) => void): Reflector {
    const { api, labelSelector, onRestart, log } = this.#options;
    return new Reflector(api, {
      path,
      ...(labelSelector && { labelSelector }),
      onChange: ({ before, now }) => {
        const object = now ?? before;
        if (object && isNews(before, now)) {
          const { namespace = '', name } = object.metadata;
          onChange({ kind, namespace, name });
        }
      },
      onRestart: (err) => {
        onRestart(kind);
        log.warn({ err, kind }, 'watch was interrupted, and looks again');
      },
    });
  }

  find(id: ResourceId): Resource | null {
    const object = this.#raw(id)?.object;
    return object ? this.#toResource(id, object) : null;
  }

  list(): ResourceId[] {
    return [...this.#byKind].flatMap(([kind, { reflectors }]) =>
      reflectors.flatMap(({ store }) =>
        [...store.values()].map(({ metadata: { namespace = '', name } }) => ({
          kind,
          namespace,
          name,
        })),
      ),
    );
  }

  async claim(resource: Resource): Promise<void> {
    const found = this.#raw(idOfResource(resource));
    const finalizers = found?.object.metadata.finalizers ?? [];
    if (found && !finalizers.includes(FINALIZER)) {
      await this.#setFinalizers(resource, found, [...finalizers, FINALIZER]);
    }
  }

  async report(resource: Resource, outcome: Outcome): Promise<void> {
    const found = this.#raw(idOfResource(resource));
    if (!found || found.object.metadata.uid !== resource.metadata.uid) {
      return;
    }
    const { object, reflector } = found;
    const { generation } = resource.metadata;
    const before = object.status?.conditions ?? [];
    const conditions = toConditions(outcome, before, { generation, now: new Date() });
    const status = {
      ...(outcome.retry ? object.status : {}),
      ...outcome.status,
      observedGeneration: generation,
      conditions,
    };
    if (!isDeepStrictEqual(object.status, status)) {
      const body = { ...this.#identity(resource), status };
      const written = await this.#options.api
        .apply<CustomObject>(`${this.#path(resource)}/status`, body as KubernetesObject)
        .catch(nullWhenAbsent);
      if (written) {
        reflector.keep(written);
      }
    }
    await this.#tell(resource, { outcome, before });
  }

  async release(resource: Resource): Promise<void> {
    const found = this.#raw(idOfResource(resource));
    const finalizers = found?.object.metadata.finalizers ?? [];
    if (found && finalizers.includes(FINALIZER)) {
      await this.#setFinalizers(
        resource,
        found,
        finalizers.filter((one) => one !== FINALIZER),
      ).catch(nullWhenAbsent);
    }
  }

  /** Events tell transitions only, so that none is told twice. */
  async #tell(
    resource: Resource,
    { outcome, before }: { outcome: Outcome; before: Condition[] },
  ): Promise<void> {
    const known = before.find(({ type }) => type === 'Ready');
    const { ready, reason, message, notes } = outcome;
    const regarding = this.#identity(resource);
    const isTransition = known?.reason !== reason || (!ready && known?.message !== message);
    const type = ready ? 'Normal' : 'Warning';
    const news = notes.filter(
      (note) => !before.some((said) => said.reason === note.reason && said.message === note.text),
    );
    const all = [...news, ...(isTransition ? [{ type, reason, text: message } as const] : [])];
    for (const note of all) {
      await this.#options.tellEvent(regarding, note);
    }
  }

  /** The resourceVersion in it makes this a compare-and-set: who came in between is not overwritten. */
  async #setFinalizers(
    resource: Resource,
    { object, reflector }: { object: CustomObject; reflector: Reflector },
    finalizers: string[],
  ): Promise<void> {
    const { uid, resourceVersion } = object.metadata;
    const written = await this.#options.api.send<CustomObject>({
      method: 'PATCH',
      path: this.#path(resource),
      contentType: 'application/merge-patch+json',
      body: { metadata: { uid, resourceVersion, finalizers } },
    });
    reflector.keep(written);
  }

  #raw({
    kind,
    namespace,
    name,
  }: ResourceId): { object: CustomObject; reflector: Reflector } | null {
    for (const reflector of this.#byKind.get(kind)?.reflectors ?? []) {
      const object = reflector.store.get(`${namespace}/${name}`);
      if (object) {
        return { object, reflector };
      }
    }
    return null;
  }

  #toResource({ kind, namespace, name }: ResourceId, { metadata, spec }: CustomObject): Resource {
    const { uid = '', generation = 0, annotations, deletionTimestamp } = metadata;
    return {
      kind,
      metadata: {
        namespace,
        name,
        uid,
        generation,
        ...(annotations && { annotations }),
        ...(deletionTimestamp && { deletionTimestamp }),
      },
      spec,
    };
  }

  #identity({ kind, metadata: { namespace, name, uid } }: Resource): KubernetesObject {
    return { apiVersion: this.#options.apiVersion, kind, metadata: { namespace, name, uid } };
  }

  #collection(plural: string, namespace?: string): string {
    const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
    return `/apis/${this.#options.apiVersion}${scope}/${plural}`;
  }

  #path({ kind, metadata: { namespace, name } }: Resource): string {
    return `${this.#collection(this.#byKind.get(kind)?.plural ?? '', namespace)}/${name}`;
  }
}

/** Our own writes (status, finalizer) come back as changes too, and are no reason to look again. */
function isNews(before: KubernetesObject | null, now: KubernetesObject | null): boolean {
  return !isDeepStrictEqual(before && meaningOf(before), now && meaningOf(now));
}

function meaningOf({ metadata }: KubernetesObject) {
  const { uid, generation, deletionTimestamp, annotations, labels } = metadata;
  return { uid, generation, deletionTimestamp, annotations, labels };
}

function idOfResource({ kind, metadata: { namespace, name } }: Resource): ResourceId {
  return { kind, namespace, name };
}
