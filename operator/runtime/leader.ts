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
      if (await this.#tryToHold()) {
        return true;
      }
      await this.#pause(signal);
    }
    return false;
  }

  /** Renews until the signal ends it (resolves true) or the Lease is lost (resolves false). */
  async hold(signal: AbortSignal): Promise<boolean> {
    let renewed = performance.now();
    while (!signal.aborted) {
      await this.#pause(signal);
      const asked = performance.now();
      if (signal.aborted) {
        return true;
      }
      if (asked - renewed > this.#options.renewDeadline) {
        return false;
      }
      if (await this.#tryToHold()) {
        renewed = asked;
      }
    }
    return true;
  }

  /** Lets the next one lead at once. Call it when nothing of ours is running any more. */
  async release(): Promise<void> {
    const lease = this.#lease;
    if (lease?.spec.holderIdentity === this.#options.identity) {
      const spec = {
        ...lease.spec,
        holderIdentity: '',
        leaseDurationSeconds: 1,
        renewTime: toMicroTime(new Date()),
      };
      await this.#write({ ...lease, spec }).catch(() => {});
    }
  }

  async #tryToHold(): Promise<boolean> {
    try {
      const lease = await this.#api.send<Lease>({ path: this.#path }).catch(nullWhenAbsent);
      if (lease && !this.#isFree(lease)) {
        return false;
      }
      await this.#write(this.#renewed(lease));
      return true;
    } catch (error) {
      if (!(error instanceof KubernetesError && error.code === 409)) {
        this.#options.onError(error);
      }
      return false;
    }
  }

  #isFree({ spec }: Lease): boolean {
    const record = JSON.stringify(spec);
    if (record !== this.#seen.record) {
      this.#seen = { record, at: performance.now() };
    }
    const duration = (spec.leaseDurationSeconds ?? 0) * 1000 || this.#options.leaseDuration;
    const isMine = spec.holderIdentity === this.#options.identity;
    return isMine || !spec.holderIdentity || performance.now() - this.#seen.at > duration;
  }

  #renewed(lease: Lease | null): Lease {
    const { identity, name, namespace, leaseDuration } = this.#options;
    const now = toMicroTime(new Date());
    const isMine = lease?.spec.holderIdentity === identity;
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
  async #write(lease: Lease): Promise<void> {
    const exists = lease.metadata.resourceVersion !== undefined;
    const signal = AbortSignal.timeout(this.#options.renewDeadline / 2);
    this.#lease = await this.#api.send<Lease>({
      method: exists ? 'PUT' : 'POST',
      path: exists ? this.#path : this.#collection,
      body: lease,
      signal,
    });
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const jittered = this.#options.retryPeriod * (0.9 + Math.random() * 0.2);
    await sleep(jittered, undefined, { signal }).catch(() => {});
  }

  get #collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  get #path(): string {
    return `${this.#collection}/${this.#options.name}`;
  }
}
