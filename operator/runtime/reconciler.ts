import type { EntityManager } from '#core';
import type { CredentialStore, SecretReader } from './credentials.ts';
import type { Note } from './events.ts';
import type { Resource } from './resource.ts';

/** What a reconciler may use; made anew for every run. */
export interface Context {
  /** One transaction, of which nothing is kept when another operator leads by now. */
  transact<T>(work: (em: EntityManager) => Promise<T>): Promise<T>;
  credentials: CredentialStore;
  secrets: SecretReader;
  now: Date;
}

/** One aspect of a resource besides Ready, in the form of metav1.Condition. */
export interface Aspect {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

export interface Reconciled {
  /** A sentence for people: what is so now. */
  message: string;

  /** Set when the resource is not ready although nothing failed: something is awaited or refused. */
  reason?: string;

  /** Fields of the status that belong to the kind. */
  status?: Record<string, unknown>;
  aspects?: Aspect[];

  /** What is worth an Event. What a condition said before in the same words is not told again. */
  notes?: Note[];

  /** When to look again although nothing changed, such as the next rotation. */
  nextRun?: Date;
}

/**
 * Makes the world as a resource says. Both functions are repeated at will: after every change, after a failure,
 * and from time to time without any reason. A thrown `Refusal` stands until something changes; any other error is
 * an accident and is tried again.
 */
export interface Reconciler<Spec = unknown> {
  kind: string;

  reconcile(resource: Resource<Spec>, context: Context): Promise<Reconciled>;

  /** Undoes what the resource declared. Creates nothing, and needs nothing that may be gone. */
  cleanup(resource: Resource<Spec>, context: Context): Promise<void>;

  /**
   * What brings the resource back when it changes, by whomever: rows of the registry (`clients/<id>`,
   * `redirect_mismatches/<client id>`, `groups/<name>`, `users/<name>`, `settings/<key>`) and Secrets
   * (`secrets/<namespace>/<name>`); own, awaited and contested ones alike.
   */
  interests(resource: Resource<Spec>): string[];
}
