import { defineEntity, p } from '@mikro-orm/core';

const InviteSchema = defineEntity({
  name: 'Invite',
  tableName: 'invites',
  properties: {
    id: p.uuid().primary(),
    tokenHash: p.string(),

    /** The mailbox that alone got the link; null for a link that somebody copied. */
    email: p.string().nullable(),

    /** Null when the mailbox itself asked for it, where sign-up is open. */
    createdBy: p.uuid().nullable(),
    expiresAt: p.datetime(),
    usageLimit: p.integer().nullable(),
    uses: p.integer().default(0),

    /** Names of groups a new person joins. */
    groups: p.array<string>(),
    revokedAt: p.datetime().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});

/** A link that lets people sign up. */
export class Invite extends InviteSchema.class {}

InviteSchema.setClass(Invite);
