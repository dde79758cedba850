import { AdoptionDiffers, declareGroup, getMembership, releaseGroup, retireGroup } from '#core';
import { toAdoption, toAdoptionDiff } from '../crd/adoption.ts';
import { ownerOf } from '../crd/owner.ts';
import type { Aspect, Context, Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import type { GroupSpec } from './group.crd.ts';
import { groupNameOf, toDeclaration } from './group.declaration.ts';

type GroupResource = Resource<GroupSpec>;

export const groupReconciler: Reconciler<GroupSpec> = {
  kind: 'Group',

  async reconcile(resource, context) {
    try {
      const { memberCount, unknownMembers } = await declare(resource, context);
      const groupName = groupNameOf(resource);
      return {
        message: `group "${groupName}" is registered`,
        // An API server drops an empty list, and would be told of it again at every run.
        status: { groupName, memberCount, ...(unknownMembers.length > 0 && { unknownMembers }) },
        aspects: [judgeMembers(unknownMembers)],
      };
    } catch (error) {
      if (error instanceof AdoptionDiffers) {
        const status = {
          groupName: groupNameOf(resource),
          adoptionDiff: toAdoptionDiff(error.differences),
        };
        return { reason: 'AdoptionDiff', message: error.message, status };
      }
      throw error;
    }
  },

  async cleanup(resource, { transact }) {
    const end = resource.spec.deletionPolicy === 'Orphan' ? releaseGroup : retireGroup;
    await transact((em) => end(em, groupNameOf(resource), ownerOf(resource)));
  },

  interests: (resource) => [
    `groups/${groupNameOf(resource)}`,
    ...(resource.spec.members ?? []).map((username) => `users/${username}`),
  ],
};

async function declare(resource: GroupResource, { transact }: Context) {
  const options = { uid: resource.metadata.uid, adoption: toAdoption(resource.spec.adoption) };
  return transact(async (em) => {
    const { group } = await declareGroup(em, toDeclaration(resource), ownerOf(resource), options);
    return getMembership(em, group);
  });
}

function judgeMembers(unknown: string[]): Aspect {
  const type = 'MembersResolved';
  return unknown.length === 0
    ? { type, status: 'True', reason: 'Resolved', message: 'every named member has an account' }
    : {
        type,
        status: 'False',
        reason: 'UserNotFound',
        message: `${unknown.join(', ')} will join at sign-up`,
      };
}
