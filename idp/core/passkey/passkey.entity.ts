import { defineEntity, p } from '@mikro-orm/core';

const PasskeySchema = defineEntity({
  name: 'Passkey',
  tableName: 'passkeys',
  properties: {
    /** The WebAuthn credential id, base64url. */
    id: p.string().primary(),
    userId: p.uuid(),
    publicKey: p.blob(),

    /** Signature counter; 0 for ever with most synced passkeys. */
    counter: p.bigint('number'),
    transports: p.array<string>(),

    /** WebAuthn BE: fixed at registration; a passkey that claims to have changed it is refused. */
    backupEligible: p.boolean(),

    /** WebAuthn BS: whether it is synced now. */
    backedUp: p.boolean(),
    aaguid: p.uuid(),
    name: p.string(),
    createdAt: p.datetime().onCreate(() => new Date()),
    lastUsedAt: p.datetime().nullable(),
  },
});

/** The public half of a key with which a person signs in. */
export class Passkey extends PasskeySchema.class {}

PasskeySchema.setClass(Passkey);
