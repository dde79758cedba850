import type { Outcome } from './outcome.ts';
import type { Resource, ResourceId } from './resource.ts';

/** Where resources come from. A source knows what is; it never decides what follows from it. */
export interface Source {
  /**
   * Calls back with every resource that is new, changed or to go, until the signal ends it. Resolves when the first
   * look is complete.
   */
  start(onChange: (id: ResourceId) => void, signal: AbortSignal): Promise<void>;

  /** The newest state, or null when the resource is gone for good. */
  find(id: ResourceId): Resource | null;

  list(): ResourceId[];

  /** Makes sure that the resource cannot go unnoticed from here on; called before anything is declared for it. */
  claim(resource: Resource): Promise<void>;

  /** Tells the author what came of it. Writes nothing when nothing changed. */
  report(resource: Resource, outcome: Outcome): Promise<void>;

  /** The resource was cleaned up and may go. */
  release(resource: Resource): Promise<void>;
}
