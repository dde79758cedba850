import {
  declareGroup,
  type GroupDeclaration,
  getMembership,
  kubernetesOwner,
  retireGroup,
} from '#core';
import type { Aspect, Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import type { GroupSpec } from './group.crd.ts';

type GroupResource = Resource<GroupSpec>;

export const groupReconciler: Reconciler<GroupSpec> = {
  kind: 'Group',

  async reconcile(resource, { em }) {
    const { uid } = resource.metadata;
    const { group } = await declareGroup(em, toDeclaration(resource), ownerOf(resource), uid);
    const { memberCount, unknownMembers } = await getMembership(em, group);
    return {
      message: `group "${group.name}" is registered`,
      status: { groupName: group.name, memberCount, unknownMembers },
      aspects: [toMembersResolved(unknownMembers)],
    };
  },

  async cleanup(resource, { em }) {
    await retireGroup(em, groupNameOf(resource), ownerOf(resource));
  },

  interests: (resource) => [
    `groups/${groupNameOf(resource)}`,
    ...(resource.spec.members ?? []).map((username) => `users/${username}`),
  ],
};

function toDeclaration(resource: GroupResource): GroupDeclaration {
  const { spec, metadata } = resource;
  return {
    name: groupNameOf(resource),
    displayName: spec.displayName ?? metadata.name,
    declaredMembers: spec.members ?? null,
    membersAreExact: spec.membershipPolicy === 'Authoritative',
    customClaims: spec.customClaims ?? [],
  };
}

function toMembersResolved(unknown: string[]): Aspect {
  return unknown.length === 0
    ? {
        type: 'MembersResolved',
        status: 'True',
        reason: 'Resolved',
        message: 'every named member has an account',
      }
    : {
        type: 'MembersResolved',
        status: 'False',
        reason: 'UserNotFound',
        message: `${unknown.join(', ')} will join at sign-up`,
      };
}

function groupNameOf({ metadata, spec }: GroupResource): string {
  return spec.groupName ?? metadata.name;
}

function ownerOf({ kind, metadata }: GroupResource) {
  return kubernetesOwner(kind, metadata.namespace, metadata.name);
}
