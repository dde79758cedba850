import type { GroupDeclaration } from '#core';
import type { Resource } from '../runtime/resource.ts';
import type { GroupSpec } from './group.crd.ts';

/** YAML words → domain words. */
export function toDeclaration(resource: Resource<GroupSpec>): GroupDeclaration {
  const { spec, metadata } = resource;
  return {
    name: groupNameOf(resource),
    displayName: spec.displayName ?? metadata.name,
    declaredMembers: spec.members ?? null,
    membersAreExact: spec.membershipPolicy === 'Authoritative',
    customClaims: spec.customClaims ?? [],
  };
}

export function groupNameOf({ metadata, spec }: Resource<GroupSpec>): string {
  return spec.groupName ?? metadata.name;
}
