import { defineEntity, p } from '@mikro-orm/core';
import type { CustomClaim } from '../custom-claim/custom-claim.rules.ts';
import type { Owner } from '../owner/owner.ts';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    /** The `sub` of every token: never reused, never shown as anything else. */
    id: p.uuid().primary(),

    /** Lower case, fixed for good: manifests and directories name people by it. */
    username: p.string(),
    displayName: p.string(),
    email: p.string(),
    emailVerified: p.boolean().default(false),
    isAdmin: p.boolean().default(false),
    disabledAt: p.datetime().nullable(),
    customClaims: p.json<CustomClaim[]>().onCreate(() => []),
    owner: p.string().$type<Owner>(),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p
      .datetime()
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});

/** A person. */
export class User extends UserSchema.class {}

UserSchema.setClass(User);
