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
  readonly #retries = new Map<string, NodeJS.Timeout>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #isClosed = false;
  #isPaused = false;
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
    if (!this.#isClosed) {
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

  /** Begins nothing from here on; what comes waits. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on. What failed before was not its own fault: it is tried at once, and waits as if for the first time. */
  resume(): void {
    this.#isPaused = false;
    this.#failures.clear();
    for (const key of this.#retries.keys()) {
      this.#retry(key);
    }
    this.#pump();
  }

  async idle(): Promise<void> {
    if (this.size > 0) {
      await this.#quiet.promise;
    }
  }

  /** Takes nothing new, finishes what runs. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    for (const timer of [...this.#timers.values(), ...this.#retries.values()]) {
      clearTimeout(timer);
    }
    await this.idle();
  }

  #pump(): void {
    if (this.#isPaused) {
      return;
    }
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
      this.#retryLater(key);
    } else {
      this.#failures.delete(key);
      this.#forgetRetry(key);
    }
    this.#pump();
    if (this.size === 0) {
      this.#quiet.resolve();
      this.#quiet = Promise.withResolvers();
    }
  }

  #retryLater(key: string): void {
    const { firstDelay, longestDelay } = this.#options;
    const count = this.#failures.get(key) ?? 0;
    this.#failures.set(key, count + 1);
    const delay = Math.min(firstDelay * 2 ** count, longestDelay) * (0.8 + Math.random() * 0.4);
    this.#forgetRetry(key);
    this.#retries.set(key, setTimeout(() => this.#retry(key), delay).unref());
  }

  #retry(key: string): void {
    this.#forgetRetry(key);
    this.add(key);
  }

  #forgetRetry(key: string): void {
    clearTimeout(this.#retries.get(key));
    this.#retries.delete(key);
  }
}
