import type { EntityManager } from '#core';
import type { Services } from '../http/services.ts';
import type { CheckId, CheckStatus } from './diagnostics.schemas.ts';

/** What a check found. Its words are in the locale files: `<check>.<code>`, and how to mend it in `<check>.<code>.mend`. */
export interface Finding {
  status: CheckStatus;
  code: string;

  /** For the words. */
  values?: Record<string, string | number>;

  /** What was seen, for who knows the matter: a name (in the locale files where it is one of ours), and what it is. Never a secret. */
  facts?: [name: string, value: string][];
}

/** Looks at one thing, now, by itself; nothing that it finds ends the others. */
export interface Check {
  id: CheckId;
  run(means: Means): Promise<Finding>;
}

/** Each check has an entity manager to itself, because they run side by side. */
export interface Means {
  em: EntityManager;
  services: Services;
}
