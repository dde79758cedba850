import { defineEntity, p } from '@mikro-orm/core';

/** What the challenge was made for; an answer to one is worth nothing for another. */
export type CeremonyKind = 'sign_in' | 'set_up' | 'sign_up' | 'step_up' | 'add_passkey';

const CeremonySchema = defineEntity({
  name: 'Ceremony',
  tableName: 'ceremonies',
  properties: {
    challenge: p.string().primary(),
    kind: p.string().$type<CeremonyKind>(),

    /** Hash of the cookie of the browser that asked. */
    browserHash: p.string(),

    /** What the person said before the passkey was asked for (details, invite). */
    details: p.json<Record<string, unknown>>(),
    expiresAt: p.datetime(),
  },
});

/** A WebAuthn challenge that was given out and not answered yet. */
export class Ceremony extends CeremonySchema.class {}

CeremonySchema.setClass(Ceremony);
