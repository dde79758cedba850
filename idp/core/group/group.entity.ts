import { defineEntity, p } from '@mikro-orm/core';
import type { CustomClaim } from '../custom-claim/custom-claim.rules.ts';
import type { Owner } from '../owner/owner.ts';

const GroupSchema = defineEntity({
  name: 'Group',
  tableName: 'groups',
  properties: {
    id: p.uuid().primary(),

    /** The value in the `groups` claim; fixed for good. */
    name: p.string(),
    displayName: p.string(),

    /** User names; null leaves membership to the web pages and the directory. Unknown names join when they sign up. */
    declaredMembers: p.array<string>().nullable(),

    /** Whether the declared members are all there may be. */
    membersAreExact: p.boolean(),
    customClaims: p.json<CustomClaim[]>(),
    owner: p.string().$type<Owner>(),
    ownerUid: p.string().nullable(),

    /** What never changes of the entry in the directory that the group comes from. */
    directoryId: p.string().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p
      .datetime()
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});

/** A set of people, named in tokens, that opens clients. */
export class Group extends GroupSchema.class {}

GroupSchema.setClass(Group);
