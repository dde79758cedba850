import { defineEntity, p } from '@mikro-orm/core';
import type { CustomClaim } from '../custom-claim/custom-claim.rules.ts';
import type { Owner } from '../owner/owner.ts';

export type Language = 'en' | 'de' | 'fr';

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
    /** Of pages and mails; null leaves it to the browser. */
    language: p.string().$type<Language>().nullable(),
    /** The name of an image. */
    picture: p.string().nullable(),
    isAdmin: p.boolean().default(false),
    disabledAt: p.datetime().nullable(),
    customClaims: p.json<CustomClaim[]>().onCreate(() => []),
    owner: p.string().$type<Owner>(),

    /** What never changes of the entry in the directory that the account comes from. */
    directoryId: p.string().nullable(),
    /** When the directory alone disabled it, so that the directory may enable it again. */
    leftDirectoryAt: p.datetime().nullable(),
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
