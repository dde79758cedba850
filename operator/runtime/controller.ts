import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ChangeListener,
  type Database,
  forgetResource,
  type Logger,
  recordResource,
  StaleLeader,
  transactBehindFence,
} from '#core';
import type { CredentialStore, SecretReader } from './credentials.ts';
import { createInterestIndex } from './interest-index.ts';
import type { Metrics } from './metrics.ts';
import { judge, type Outcome, settle } from './outcome.ts';
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
  metrics: Metrics;
  log: Logger;

  /** Another operator leads; this one has nothing more to say. */
  onDeposed(): void;
}

/** source → queue → reconciler → verdict. Level-triggered: a run looks at what is, never at what happened. */
export class Controller {
  readonly queue = new WorkQueue((key) => this.#work(key));
  readonly #options: ControllerOptions;
  readonly #reconcilers: Map<string, Reconciler>;
  readonly #ids = new Map<string, ResourceId>();
  readonly #verdicts = new Map<string, boolean>();
  readonly #interests = createInterestIndex();
  #isComplete = false;

  /** For `followChanges`, from before `start`: rows that others changed bring back the resources that care. */
  readonly changes: ChangeListener = {
    onChange: ({ table, key, actor, epoch }) => {
      for (const affected of this.#interests.affectedBy(`${table}/${key}`)) {
        const isOwn = actor === `kubernetes:${affected}` && epoch === String(this.#options.epoch);
        if (!isOwn) {
          this.queue.add(affected);
        }
      }
    },
    // Before every resource was seen once there is nothing to look at again.
    onGap: () => this.#isComplete && this.#enqueueAll(),
  };

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#reconcilers = new Map(options.reconcilers.map((one) => [one.kind, one]));
    options.metrics.onRead(() => this.#measure());
  }

  /** Something that is no resource has changed, such as a Secret: whoever cares looks again. */
  touch(interest: string): void {
    for (const key of this.#interests.affectedBy(interest)) {
      this.queue.add(key);
    }
  }

  /** Resolves when every resource was seen once; only then does the work on them begin. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#options.source.start((id) => this.#isComplete && this.#enqueue(id), signal);
    this.#isComplete = true;
    this.#enqueueAll();
    void this.#resync(signal);
  }

  /** Finishes what runs and takes nothing new. */
  async stop(): Promise<void> {
    await this.queue.close();
  }

  /** Sets the gauges when somebody reads the metrics. */
  #measure(): void {
    const { metrics } = this.#options;
    metrics.queueDepth.set(this.queue.size);
    metrics.queueAge.set(this.queue.oldest / 1000);
    metrics.resources.reset();
    for (const [key, ready] of this.#verdicts) {
      metrics.resources.inc({ kind: key.split('/')[0] ?? '', ready: String(ready) });
    }
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
    if (!resource || !reconciler) {
      this.#forget(key);
      return false;
    }
    const stopTimer = this.#options.metrics.duration.startTimer({ kind: id.kind });
    try {
      return await this.#run(key, reconciler, resource);
    } catch (error) {
      if (error instanceof StaleLeader) {
        this.#options.onDeposed();
        return false;
      }
      throw error;
    } finally {
      stopTimer();
    }
  }

  #run(key: string, reconciler: Reconciler, resource: Resource): Promise<boolean> {
    if (resource.metadata.deletionTimestamp) {
      this.#forget(key);
      return this.#retire(reconciler, resource);
    }
    if (resource.spec !== null) {
      this.#interests.remember(key, reconciler.interests(resource));
    }
    return this.#reconcile(reconciler, resource);
  }

  #forget(key: string): void {
    this.#interests.forget(key);
    this.#verdicts.delete(key);
  }

  async #reconcile(reconciler: Reconciler, resource: Resource): Promise<boolean> {
    const { source, metrics } = this.#options;
    const id = idOf(resource);
    const context = this.#context();
    await source.claim(resource);
    const outcome = await this.#record(resource, await settle(reconciler, resource, context));
    await source.report(resource, outcome);

    this.#verdicts.set(keyOf(id), outcome.ready);
    metrics.reconciles.inc({ kind: id.kind, result: resultOf(outcome) });
    if (outcome.nextRun) {
      this.queue.addAt(keyOf(id), outcome.nextRun);
    }
    return outcome.retry;
  }

  /** Keeps the verdict for the web pages, and tells the log when it is news. */
  async #record(resource: Resource, outcome: Outcome): Promise<Outcome> {
    const { ready, reason, message } = outcome;
    const { database, epoch } = this.#options;
    const verdict = { ...idOf(resource), spec: resource.spec, ready, reason, message };
    try {
      if (await recordResource(database.em.fork(), verdict, epoch)) {
        this.#tell(resource, outcome);
      }
      return outcome;
    } catch (error) {
      const failed = judge(error);
      this.#tell(resource, failed);
      return failed;
    }
  }

  async #retire(reconciler: Reconciler, resource: Resource): Promise<boolean> {
    const { source, log, metrics } = this.#options;
    const facts = factsOf(resource);
    const context = this.#context();
    try {
      if (resource.spec !== null) {
        await reconciler.cleanup(resource, context);
      }
      await context.transact((em) => forgetResource(em, idOf(resource)));
      await source.release(resource);
      metrics.reconciles.inc({ kind: resource.kind, result: 'retired' });
      log.info(facts, 'resource retired');
      return false;
    } catch (err) {
      if (err instanceof StaleLeader) {
        throw err;
      }
      metrics.reconciles.inc({ kind: resource.kind, result: 'failed' });
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

function resultOf({ ready, retry }: Outcome): string {
  return ready ? 'ready' : retry ? 'failed' : 'refused';
}

function factsOf({ kind, metadata: { namespace, name } }: Resource) {
  return { kind, resource: `${namespace}/${name}` };
}
