import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ChangeListener,
  type Database,
  forgetResource,
  type Logger,
  type RegistryChange,
  recordResource,
  transactBehindFence,
} from '#core';
import type { CredentialStore, SecretReader } from './credentials.ts';
import { createInterestIndex } from './interest-index.ts';
import { type Outcome, settle } from './outcome.ts';
import { WorkQueue } from './queue.ts';
import type { Context, Reconciler } from './reconciler.ts';
import { idOf, keyOf, type Resource, type ResourceId } from './resource.ts';
import type { Source } from './source.ts';

const RESYNC_MS = 10 * 60_000;

export interface ControllerOptions {
  source: Source;
  reconcilers: Reconciler[];
  database: Database;
  credentials: CredentialStore;
  secrets: SecretReader;

  /** The epoch this process leads in; every transaction checks it. */
  epoch: number;
  log: Logger;
}

/** source → queue → reconciler → verdict. Level-triggered: a run looks at what is, never at what happened. */
export class Controller {
  readonly queue = new WorkQueue((key) => this.#work(key));
  readonly #options: ControllerOptions;
  readonly #reconcilers: Map<string, Reconciler>;
  readonly #ids = new Map<string, ResourceId>();
  readonly #interests = createInterestIndex();

  /** For `followChanges`: rows that others changed bring back the resources that care. */
  readonly changes: ChangeListener = {
    onChange: (change: RegistryChange) => {
      for (const key of this.#interests.affectedBy(change)) {
        this.queue.add(key);
      }
    },
    onGap: () => this.#enqueueAll(),
  };

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#reconcilers = new Map(options.reconcilers.map((one) => [one.kind, one]));
  }

  /** Resolves when every resource was seen once; the queue may still be working on them. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#options.source.start((id) => this.#enqueue(id), signal);
    void this.#resync(signal);
  }

  /** Finishes what runs and takes nothing new. */
  async stop(): Promise<void> {
    await this.queue.close();
  }

  #enqueue(id: ResourceId): void {
    this.#ids.set(keyOf(id), id);
    this.queue.add(keyOf(id));
  }

  #enqueueAll(): void {
    for (const id of this.#options.source.list()) {
      this.#enqueue(id);
    }
  }

  async #resync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const delay = RESYNC_MS * (0.8 + Math.random() * 0.4);
      await sleep(delay, undefined, { signal, ref: false }).then(
        () => this.#enqueueAll(),
        () => {},
      );
    }
  }

  async #work(key: string): Promise<boolean> {
    const id = this.#ids.get(key);
    const resource = id && this.#options.source.find(id);
    const reconciler = id && this.#reconcilers.get(id.kind);
    this.#interests.forget(key);
    if (!resource || !reconciler) {
      this.#ids.delete(key);
      return false;
    }
    if (resource.metadata.deletionTimestamp) {
      return this.#retire(reconciler, resource);
    }
    if (resource.spec !== null) {
      this.#interests.remember(key, reconciler.interests(resource));
    }
    return this.#reconcile(reconciler, resource);
  }

  async #reconcile(reconciler: Reconciler, resource: Resource): Promise<boolean> {
    const { source } = this.#options;
    const context = this.#context();
    await source.claim(resource);
    const outcome = await settle(reconciler, resource, context);
    const { ready, reason, message } = outcome;
    const verdict = { ...idOf(resource), spec: resource.spec, ready, reason, message };
    if (await context.transact((em) => recordResource(em, verdict))) {
      this.#tell(resource, outcome);
    }
    await source.report(resource, outcome);
    if (outcome.nextRun) {
      this.queue.addAt(keyOf(idOf(resource)), outcome.nextRun);
    }
    return outcome.retry;
  }

  async #retire(reconciler: Reconciler, resource: Resource): Promise<boolean> {
    const { source, log } = this.#options;
    const facts = factsOf(resource);
    const context = this.#context();
    try {
      if (resource.spec !== null) {
        await reconciler.cleanup(resource, context);
      }
      await context.transact((em) => forgetResource(em, idOf(resource)));
      await source.release(resource);
      log.info(facts, 'resource retired');
      return false;
    } catch (err) {
      log.error({ ...facts, err }, 'resource could not be retired, and will be tried again');
      return true;
    }
  }

  #context(): Context {
    const { database, epoch, credentials, secrets } = this.#options;
    return {
      transact: (work) => transactBehindFence(database.em.fork(), epoch, work),
      credentials,
      secrets,
      now: new Date(),
    };
  }

  #tell(resource: Resource, { ready, reason, message, error }: Outcome): void {
    const { log } = this.#options;
    const facts = { ...factsOf(resource), reason, verdict: message };
    if (ready) {
      log.info(facts, 'resource ready');
    } else if (error) {
      log.error({ ...facts, err: error }, 'resource failed');
    } else {
      log.warn(facts, 'resource refused');
    }
  }
}

function factsOf({ kind, metadata: { namespace, name } }: Resource) {
  return { kind, resource: `${namespace}/${name}` };
}
