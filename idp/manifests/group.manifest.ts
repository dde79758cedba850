import type { Group } from '#core';
import { adoptionOf, type Manifest, resourceOf, toResourceName } from './manifest.ts';

/**
 * The `Group` that would declare the group as it is. Members that were added in the web pages stay with them, so that
 * nobody loses a membership when it is applied.
 */
export function toGroupManifest(group: Group): Manifest {
  const { name, displayName, declaredMembers, membersAreExact, customClaims, owner } = group;
  const metadata = resourceOf(owner) ?? { name: toResourceName(name) };
  return {
    kind: 'Group',
    metadata,
    spec: {
      groupName: name === metadata.name ? undefined : name,
      displayName: displayName === metadata.name ? undefined : displayName,
      members: declaredMembers ?? undefined,
      membershipPolicy: membersAreExact ? undefined : 'Additive',
      customClaims: customClaims.length > 0 ? customClaims : undefined,
      adoption: adoptionOf(owner),
    },
  };
}

/** Above the manifest of a group whose members it does not name. */
export const MEMBERS_STAY =
  'Members stay in the web pages. To keep them in Git, name them in spec.members.';
