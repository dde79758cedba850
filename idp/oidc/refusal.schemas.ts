import type { Problem } from '../http/problem.schemas.ts';

/** What the page of a refusal shows. */
export interface RefusalFacts extends Problem {
  /** A callback that is not registered, for the administrator who is to mend it. */
  mismatch?: { clientId: string; sent: string };
}
