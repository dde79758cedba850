import { setTimeout as sleep } from 'node:timers/promises';

export interface QueueOptions {
  /** How many keys are worked on side by side. */
  concurrency?: number;
  /** Milliseconds before the first retry; doubled each time, with jitter. */
  firstDelay?: number;
  longestDelay?: number;
}

/** Node runs a timer at once whose delay does not fit into 31 bits; an early run is harmless, a storm is not. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Says true to be called again for this key after a while; throwing counts the same. */
export type Work = (key: string) => Promise<boolean>;

/**
 * Works on keys: one run per key at a time, several keys side by side, and a key that fails waits longer each time
 * while the others go on.
 */
export class WorkQueue {
  readonly #work: Work;
  readonly #options: Required<QueueOptions>;
  /** Since when each key waits; a Map keeps the order in which they came. */
  readonly #waiting = new Map<string, number>();
  readonly #running = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #closing = new AbortController();
  #quiet = Promise.withResolvers<void>();

  constructor(work: Work, options: QueueOptions = {}) {
    this.#work = work;
    this.#options = { concurrency: 8, firstDelay: 200, longestDelay: 60_000, ...options };
  }

  /** Keys that wait or are worked on; retries that are due later do not count. */
  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** Milliseconds that the oldest key has waited. */
  get oldest(): number {
    const [first] = this.#waiting.values();
    return first === undefined ? 0 : performance.now() - first;
  }

  /** A key that waits already is not added twice; one that is being worked on runs once more. */
  add(key: string): void {
    if (!this.#closing.signal.aborted) {
      this.#waiting.set(key, this.#waiting.get(key) ?? performance.now());
      this.#pump();
    }
  }

  /** Adds the key when its time has come; of several times the newest stands. */
  addAt(key: string, at: Date): void {
    clearTimeout(this.#timers.get(key));
    const delay = Math.min(Math.max(at.getTime() - Date.now(), 0), LONGEST_TIMER);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key);
    }, delay);
    this.#timers.set(key, timer.unref());
  }

  async idle(): Promise<void> {
    if (this.size > 0) {
      await this.#quiet.promise;
    }
  }

  /** Takes nothing new, finishes what runs. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#waiting.clear();
    for (const timer of this.#timers.values()) {
      clearTimeout(timer);
    }
    await this.idle();
  }

  #pump(): void {
    for (const key of this.#waiting.keys()) {
      if (this.#running.size >= this.#options.concurrency) {
        return;
      }
      if (!this.#running.has(key)) {
        this.#waiting.delete(key);
        this.#running.add(key);
        void this.#run(key);
      }
    }
  }

  async #run(key: string): Promise<void> {
    const failed = await this.#work(key).catch(() => true);
    this.#running.delete(key);
    if (failed) {
      void this.#retryLater(key);
    } else {
      this.#failures.delete(key);
    }
    this.#pump();
    if (this.size === 0) {
      this.#quiet.resolve();
      this.#quiet = Promise.withResolvers();
    }
  }

  async #retryLater(key: string): Promise<void> {
    const { firstDelay, longestDelay } = this.#options;
    const count = this.#failures.get(key) ?? 0;
    this.#failures.set(key, count + 1);
    const delay = Math.min(firstDelay * 2 ** count, longestDelay) * (0.8 + Math.random() * 0.4);
    await sleep(delay, undefined, { signal: this.#closing.signal, ref: false }).then(
      () => this.add(key),
      () => {},
    );
  }
}
