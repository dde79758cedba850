import type { EntityManager } from '#core';
import type { CredentialStore } from './credentials.ts';
import type { Resource } from './resource.ts';

/** What a reconciler may use; made anew for every run. */
export interface Context {
  /** This run's own unit of work. */
  em: EntityManager;
  credentials: CredentialStore;
}

/** One aspect of a resource besides Ready, in the form of metav1.Condition. */
export interface Aspect {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

interface Reconciled {
  /** A sentence for people: what is so now. */
  message: string;
  /** Fields of the status that belong to the kind. */
  status?: Record<string, unknown>;
  aspects?: Aspect[];
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

  /** The rows (`table/key`) whose change, by anybody, is a reason to reconcile again: own, awaited and contested ones. */
  interests(resource: Resource<Spec>): string[];
}
