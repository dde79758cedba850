import { setTimeout as sleep } from 'node:timers/promises';
import { toMicroTime } from './conditions.ts';
import {
  type KubernetesApi,
  KubernetesError,
  type KubernetesObject,
  nullWhenAbsent,
} from './kubernetes-api.ts';

export interface LeaderOptions {
  namespace: string;
  name: string;

  /** Who we are; unique per process. */
  identity: string;

  /** Why it could not be asked or written just now; somebody being faster is no error. */
  onError(error: unknown): void;

  /** While we lead: nothing was heard of the Lease for so long that another may hold it by now. */
  onDoubt(): void;

  /** While we lead: the Lease is ours, after it could not be reached for a while. */
  onReturn(): void;

  /** Milliseconds; the defaults are those of client-go. */
  leaseDuration?: number;
  renewDeadline?: number;
  retryPeriod?: number;
}

interface Lease extends KubernetesObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/**
 * Leader election on a Lease. Only what this process saw by its own monotonic clock counts, never the clock of the
 * holder. It decides who works, not who may write: a paused process does not know that it lost, so every
 * transaction also checks the fence.
 */
export class Leader {
  readonly #api: KubernetesApi;
  readonly #options: Required<LeaderOptions>;
  #seen = { record: '', at: 0 };
  #lease: Lease | null = null;
  #doubt?: NodeJS.Timeout;

  /** False after an attempt that came to nothing: the next ones are shorter, to be back soon after the server is. */
  #isReached = true;

  /** False while another may have taken the Lease from us without our knowing. */
  isSure = true;

  constructor(api: KubernetesApi, options: LeaderOptions) {
    this.#api = api;
    this.#options = {
      leaseDuration: 15_000,
      renewDeadline: 10_000,
      retryPeriod: 2_000,
      ...options,
    };
  }

  /** Resolves when we lead (true), or when the signal ends the waiting (false). */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if ((await this.#tryToHold((lease) => this.#isFree(lease))) === 'held') {
        return true;
      }
      await this.#pause(signal);
    }
    return false;
  }

  /**
   * Renews until the signal ends it (resolves true) or another has taken the Lease (resolves false). While the API
   * server is away nobody can take it: then work rests, and goes on when the Lease is found as it was left.
   */
  async hold(signal: AbortSignal): Promise<boolean> {
    this.#expectRenewal(performance.now());
    await this.#pause(signal);
    while (!signal.aborted) {
      const asked = performance.now();
      const answer = await this.#tryToHold((lease) => this.#isMine(lease));
      if (answer === 'held') {
        this.#expectRenewal(asked);
        if (!this.#isReached || !this.isSure) {
          this.isSure = true;
          this.#options.onReturn();
        }
      }
      this.#isReached = answer === 'held';
      if (answer === 'taken') {
        break;
      }
      await this.#pause(signal);
    }
    clearTimeout(this.#doubt);
    return signal.aborted;
  }

  #expectRenewal(since: number): void {
    clearTimeout(this.#doubt);
    const rest = since + this.#options.renewDeadline - performance.now();
    this.#doubt = setTimeout(() => {
      this.isSure = false;
      this.#options.onDoubt();
    }, rest);
  }

  /** Lets the next one lead at once. Call it when nothing of ours is running any more. */
  async release(): Promise<void> {
    const lease = this.#lease;
    if (lease && this.#isMine(lease)) {
      const spec = {
        ...lease.spec,
        holderIdentity: '',
        leaseDurationSeconds: 1,
        renewTime: toMicroTime(new Date()),
      };
      const signal = AbortSignal.timeout(this.#options.renewDeadline / 2);
      await this.#write({ ...lease, spec }, signal).catch(() => {});
    }
  }

  async #tryToHold(mayTake: (lease: Lease) => boolean): Promise<'held' | 'taken' | 'unknown'> {
    const patience = this.#options.renewDeadline / (this.#isReached ? 2 : 5);
    try {
      const lease = await this.#api
        .send<Lease>({ path: this.#path, signal: AbortSignal.timeout(patience) })
        .catch(nullWhenAbsent);
      if (lease && !mayTake(lease)) {
        return 'taken';
      }
      await this.#write(this.#renewed(lease), AbortSignal.timeout(patience));
      return 'held';
    } catch (error) {
      if (!(error instanceof KubernetesError && error.code === 409)) {
        // Its holder may have been cut off as we were: only time in which it could have renewed counts.
        this.#seen = { record: '', at: 0 };
        this.#options.onError(error);
      }
      return 'unknown';
    }
  }

  #isFree(lease: Lease): boolean {
    const record = JSON.stringify(lease.spec);
    if (record !== this.#seen.record) {
      this.#seen = { record, at: performance.now() };
    }
    const { holderIdentity, leaseDurationSeconds = 0 } = lease.spec;
    const duration = leaseDurationSeconds * 1000 || this.#options.leaseDuration;
    return !holderIdentity || performance.now() - this.#seen.at > duration;
  }

  #isMine({ spec }: Lease): boolean {
    return spec.holderIdentity === this.#options.identity;
  }

  #renewed(lease: Lease | null): Lease {
    const { identity, name, namespace, leaseDuration } = this.#options;
    const now = toMicroTime(new Date());
    const isMine = lease !== null && this.#isMine(lease);
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: lease?.metadata ?? { name, namespace },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(leaseDuration / 1000),
        acquireTime: isMine ? (lease?.spec.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions: (lease?.spec.leaseTransitions ?? 0) + (isMine || !lease ? 0 : 1),
      },
    };
  }

  /** The resourceVersion in it makes this a compare-and-set. */
  async #write(lease: Lease, signal: AbortSignal): Promise<void> {
    const exists = lease.metadata.resourceVersion !== undefined;
    this.#lease = await this.#api.send<Lease>({
      method: exists ? 'PUT' : 'POST',
      path: exists ? this.#path : this.#collection,
      body: lease,
      signal,
    });
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const period = this.#options.retryPeriod / (this.#isReached ? 1 : 4);
    const jittered = period * (0.9 + Math.random() * 0.2);
    await sleep(jittered, undefined, { signal }).catch(() => {});
  }

  get #collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  get #path(): string {
    return `${this.#collection}/${this.#options.name}`;
  }
}
