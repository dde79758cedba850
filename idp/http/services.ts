import type { Database, Keyring, Logger, PrivateJwk } from '#core';
import type { Config } from '../config.ts';

/** What the process has one of. Built in `main.ts`, handed to every feature. */
export interface Services {
  config: Config;
  database: Database;
  keyring: Keyring;
  signingKeys: PrivateJwk[];
  log: Logger;

  /** Turns true when the process was told to stop: readiness goes first. */
  draining: { value: boolean };
}
