import type { ChangeListener, Database, Keyring, Logger, PrivateJwk, RegistryChange } from '#core';
import type { Config } from '../config.ts';
import type { ClientCache } from '../oidc/client/client-cache.ts';
import type { Metrics } from './metrics.ts';
import type { Outbound } from './outbound.ts';

/** What the process has one of. Built in `main.ts`, handed to every feature. */
export interface Services {
  config: Config;
  database: Database;
  keyring: Keyring;

  /** As they were at the start; oidc.keys.ts follows their changes. */
  signingKeys: PrivateJwk[];
  changes: RegistryChanges;
  clients: ClientCache;
  log: Logger;

  /** For URLs that come from settings. */
  outbound: Outbound;

  /** Null when nobody asked for them. */
  metrics: Metrics | null;

  /** Turns true when the process was told to stop: readiness goes first. */
  draining: { value: boolean };

  /** Ends everything that loops. */
  stopping: AbortSignal;
}

export interface ChangeFollower {
  onChange(change: RegistryChange): void;

  /** Changes may have been missed: look at everything again. */
  onGap(): void;
}

/** The one line on which this process hears of changes, for everybody in it who keeps a copy of something. */
export class RegistryChanges implements ChangeListener {
  readonly #followers = new Set<ChangeFollower>();
  #isLive = false;

  /** Whether every change is heard. While it is not, a copy may be older than the registry. */
  get isLive(): boolean {
    return this.#isLive;
  }

  add(follower: ChangeFollower): void {
    this.#followers.add(follower);
  }

  onChange(change: RegistryChange): void {
    for (const follower of this.#followers) {
      follower.onChange(change);
    }
  }

  onGap(): void {
    for (const follower of this.#followers) {
      follower.onGap();
    }
  }

  onListening(): void {
    this.#isLive = true;
  }

  onBroken(): void {
    this.#isLive = false;
  }
}
