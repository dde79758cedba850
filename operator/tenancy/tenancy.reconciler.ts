import { NotReady } from '../runtime/not-ready.ts';
import type { Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import type { Tenancy, TenancyRefusal } from './tenancy.rules.ts';

/**
 * Judges each resource before its reconciler sees it, for those that came past the admission policy. What a resource
 * declared before there was the rule stays as it was, so that a new rule signs nobody out; it goes when the resource
 * is deleted, which no rule hinders.
 */
export function underTenancy<Spec>(
  reconciler: Reconciler<Spec>,
  tenancy: Tenancy | null,
  judge: (resource: Resource<Spec>, tenancy: Tenancy) => TenancyRefusal | null,
): Reconciler<Spec> {
  return {
    ...reconciler,
    async reconcile(resource, context) {
      const refusal = tenancy && judge(resource, tenancy);
      if (refusal) {
        throw new NotReady(refusal.reason, refusal.sentence);
      }
      return reconciler.reconcile(resource, context);
    },
  };
}
